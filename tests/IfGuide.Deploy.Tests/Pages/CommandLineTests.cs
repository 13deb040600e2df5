using System.CommandLine;
using IfGuide.Cli.Commands;

namespace IfGuide.Deploy.Tests.Pages;

/// <summary>The command line understands every ifguide line of every page; the contract lists all that it understands.</summary>
public sealed class CommandLineTests
{
    public static TheoryData<string, string> Lines
    {
        get
        {
            var lines = new TheoryData<string, string>();
            foreach (var (page, arguments) in Page.All.SelectMany(page => CommandLineText.Of(page).Select(line => (page, line))))
            {
                lines.Add(page.Name, string.Join('\n', arguments));
            }

            return lines;
        }
    }

    [Theory, MemberData(nameof(Lines), DisableDiscoveryEnumeration = true)]
    public void Line_IsUnderstood(string page, string arguments)
    {
        var parsed = CommandLine.Parse(arguments.Split('\n'));
        var errors = string.Join(' ', parsed.Errors.Select(error => error.Message));
        Assert.True(errors.Length == 0, $"{page}: ifguide {arguments.ReplaceLineEndings(" ")}: {errors}");
        Assert.IsNotType<RootCommand>(parsed.CommandResult.Command);
    }

    [Fact]
    public void CommandName_IsThatOfACommand()
    {
        var commands = CommandLine.Parse(["list"]).RootCommandResult.Command.Subcommands.Select(command => command.Name);
        Assert.Empty(Page.All.SelectMany(CommandLineText.NamesIn).Except(commands));
    }

    [Fact]
    public void Pages_HaveManyLines() => Assert.True(Lines.Count > 50, $"{Lines.Count} lines of ifguide were found.");

    [Fact]
    public void Contract_ListsEveryCommandAndOption()
    {
        var root = CommandLine.Parse(["list"]).RootCommandResult.Command;
        var words = Page.Find("deploy/CONTRACT.md").InlineCode.SelectMany(code => code.Split(' ', '[', ']')).ToHashSet();
        var commands = root.Subcommands.Select(command => command.Name);
        var options = root.Subcommands.Append(root).SelectMany(command => command.Options).Select(option => option.Name);
        Assert.Empty(commands.Concat(options).Except(words).Except(["--help", "--version"]));
    }

    [Theory]
    [InlineData("ifguide export my-run mask --outt mask.npy")]
    [InlineData("ifguide exprt my-run mask --out mask.npy")]
    [InlineData("ifguide silo --role master")]
    public void Line_ThatIsWrong_IsFound(string line)
    {
        var arguments = CommandLineText.Words(line)[1..];
        Assert.NotEmpty(CommandLine.Parse(arguments).Errors);
    }
}
