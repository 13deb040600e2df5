using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using IfGuide.Cli.Settings;

namespace IfGuide.Cli.Commands;

/// <summary>Declares and reads the common options.</summary>
internal static partial class CommonOptions
{
    /// <summary>Which of a run's behaviours.</summary>
    /// <param name="description">What it is for.</param>
    public static Option<string?> Behaviour(string description) => new("--behaviour") { Description = description, HelpName = "NAME" };

    private static readonly Option<string> Store = new("--store")
    {
        Description = "Where artifacts and records lie: file:PATH or azure:CONTAINER.",
        HelpName = "URI",
        DefaultValueFactory = _ => "file:./.ifguide",
        Recursive = true,
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Results as JSON, one object a line.", Recursive = true };
    private static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "No progress.", Recursive = true };
    private static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "Logs and stack traces on standard error.", Recursive = true };

    private static readonly Option<string> Device = new("--device")
    {
        Description = "What computes: cpu or cuda:N.",
        HelpName = "DEVICE",
        DefaultValueFactory = _ => "cpu",
        Recursive = true,
    };

    private static readonly Option<int?> Threads = new("--threads") { Description = "Threads of one tensor operation; by default libtorch's choice.", HelpName = "N", Recursive = true };

    public static void AddTo(RootCommand root)
    {
        Device.Validators.Add(result => Require(result, DevicePattern().IsMatch(result.GetValueOrDefault<string>() ?? string.Empty), "expected cpu or cuda:N, such as cuda:0"));
        Threads.Validators.Add(result => Require(result, result.GetValueOrDefault<int?>() is null or >= 1, "expected a whole number of at least 1"));
        foreach (var option in new Option[] { Store, Device, Threads, Json, Quiet, Verbose })
        {
            root.Add(option);
        }

        ClusterOptions.AddTo(root);
    }

    public static CommonSettings Read(ParseResult result) => new()
    {
        Store = result.GetValue(Store)!,
        Cluster = ClusterOptions.Read(result),
        Json = result.GetValue(Json),
        Quiet = result.GetValue(Quiet),
        Verbose = result.GetValue(Verbose),
        Device = result.GetValue(Device)!,
        Threads = result.GetValue(Threads),
    };

    /// <summary>Refuses an option's value with one sentence.</summary>
    public static void Require(OptionResult result, bool holds, string expected)
    {
        if (!holds)
        {
            result.AddError($"{result.Option.Name} is '{string.Join(' ', result.Tokens)}'; {expected}.");
        }
    }

    [GeneratedRegex(@"\A(cpu|cuda(:[0-9]{1,3})?)\z")]
    private static partial Regex DevicePattern();
}
