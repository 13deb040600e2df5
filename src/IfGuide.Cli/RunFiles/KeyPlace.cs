using IfGuide.Abstractions;
using YamlDotNet.RepresentationModel;

namespace IfGuide.Cli.RunFiles;

/// <summary>Where a value stands in a run file: the file and the keys that lead to it. Makes every error of the run file.</summary>
/// <param name="File">The file as the user named it.</param>
/// <param name="Folder">Absolute path of the file's folder: where relative paths start.</param>
/// <param name="Name">The keys joined by dots, e.g. <c>selection.quantile</c>; empty at the top.</param>
internal sealed record KeyPlace(string File, string Folder, string Name)
{
    private const int LongestQuote = 60;

    public KeyPlace Child(string key) => this with { Name = Qualified(key) };

    public string Qualified(string key) => Name.Length == 0 ? key : $"{Name}.{key}";

    /// <summary>An error that names file and line.</summary>
    public UserErrorException Error(YamlNode node, string message) => new($"{File}:{node.Start.Line}: {message}");

    /// <summary>An error that says what was found and what was expected.</summary>
    public UserErrorException Unexpected(YamlNode node, string expected) =>
        Error(node, $"{(Name.Length == 0 ? "the run file" : $"'{Name}'")} is {Found(node)}; expected {expected}.");

    private static string Found(YamlNode node) => node switch
    {
        YamlScalarNode { Value: null or "" } => "empty",
        YamlScalarNode scalar => scalar.Value.Length <= LongestQuote ? $"'{scalar.Value}'" : $"'{scalar.Value[..LongestQuote]}...'",
        YamlSequenceNode list => $"a list of {list.Children.Count}",
        YamlMappingNode => "a mapping",
        _ => "something else",
    };
}
