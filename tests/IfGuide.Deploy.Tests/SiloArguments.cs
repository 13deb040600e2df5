using System.Text.RegularExpressions;
using IfGuide.Cli.Commands;
using IfGuide.Tests.Shared;

namespace IfGuide.Deploy.Tests;

/// <summary>What manifests tell ifguide, held against ifguide itself.</summary>
internal static partial class SiloArguments
{
    /// <summary>The longest time that a silo takes to leave, in seconds.</summary>
    public const int LongestStop = 30;

    /// <summary>Asserts that the command line understands the arguments as a silo; variables as Kubernetes writes them get a plausible value.</summary>
    public static void AssertUnderstood(IEnumerable<string> arguments)
    {
        string[] resolved = [.. arguments.Select(argument => argument
            .Replace("$(IFGUIDE_CLUSTER)", "rediss://redis.example:6380", StringComparison.Ordinal)
            .Replace("$(IFGUIDE_STORE)", "azure:ifguide", StringComparison.Ordinal)
            .Replace("$(POD_NAME)", "ifguide-0", StringComparison.Ordinal)
            .Replace("$(POD_IP)", "10.1.2.3", StringComparison.Ordinal))];
        Assert.DoesNotContain(resolved, argument => argument.Contains("$(", StringComparison.Ordinal));
        var parsed = CommandLine.Parse(resolved);
        Assert.Empty(parsed.Errors);
        Assert.Equal("silo", parsed.CommandResult.Command.Name);
    }

    /// <summary>Asserts that ifguide reads an environment variable of that name.</summary>
    public static void AssertRead(string variable) => Assert.Contains(variable, Variables.Value);

    private static readonly Lazy<HashSet<string>> Variables = new(() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => VariableName().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value),
    ]);

    [GeneratedRegex("\"((?:IFGUIDE|AZURE)_[A-Z_]+)\"")]
    private static partial Regex VariableName();
}
