using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace IfGuide.Deploy.Tests.Pages;

/// <summary>Command lines as pages write them: with comments; in synopses with brackets, choices and names for values.</summary>
internal static partial class CommandLineText
{
    private static readonly Dictionary<string, string> Values = new()
    {
        ["N"] = "3", ["N,..."] = "1,2", ["P"] = "0.9", ["STAGE"] = "select",
        ["PORT"] = "8080", ["IP"] = "127.0.0.1", ["cuda:N"] = "cuda:0",
        ["Q"] = "0.99", ["W"] = "1", ["B"] = "2%", ["Q,..."] = "0.98,0.99", ["W,..."] = "0,1", ["B,..."] = "1%,2%",
    };

    /// <summary>Every command line of ifguide on a page, as arguments; synopses give one line for each choice.</summary>
    public static IEnumerable<string[]> Of(Page page)
    {
        var inline = page.InlineCode.Select(Words).Where(words => words.Length > 2);
        var lines = InBlocks(page).Select(Words).Concat(inline).Where(IsIfGuide);
        return lines.SelectMany(Lines).Select(words => words[1..]);
    }

    /// <summary>Commands that a page names within sentences, without arguments.</summary>
    public static IEnumerable<string> NamesIn(Page page) =>
        page.InlineCode.Select(Words).Where(words => words.Length == 2 && IsIfGuide(words)).Select(words => words[1]);

    /// <summary>The lines of a page's blocks that a shell would run.</summary>
    public static IEnumerable<string> InBlocks(Page page) => page.Blocks("bash")
        .SelectMany(block => block.Split('\n'))
        .Select(line => Comment().Replace(line, string.Empty).Trim())
        .Where(line => line.Length > 0);

    /// <summary>Splits a line as a shell does.</summary>
    public static string[] Words(string line) =>
        [.. CommandLineParser.SplitCommandLine(line.Replace('\'', '"'))];

    private static bool IsIfGuide(string[] words) => words is [var program, _, ..] && Path.GetFileName(program) == "ifguide";

    /// <summary>The lines that a synopsis stands for: what is in brackets is given, and every choice is taken once.</summary>
    private static IEnumerable<string[]> Lines(string[] synopsis)
    {
        string[][] choices = [.. synopsis.Select(word => word.Trim('[', ']').Split('|'))];
        return Enumerable.Range(0, choices.Max(choice => choice.Length)).Select(index => Line(choices, index));
    }

    private static string[] Line(string[][] choices, int index)
    {
        var words = choices.Select(choice => choice[Math.Min(index, choice.Length - 1)]);
        return [.. words.Select(word => Values.GetValueOrDefault(word, word))];
    }

    [GeneratedRegex("(^|\\s)#.*$")]
    private static partial Regex Comment();
}
