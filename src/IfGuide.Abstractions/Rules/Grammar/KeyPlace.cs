namespace IfGuide.Abstractions.Rules.Grammar;

/// <summary>Where a value stands: the file, where there is one, and the keys that lead to it. Makes every error of the rules.</summary>
/// <param name="File">The file as the user named it; null: the value is a program's.</param>
/// <param name="Folder">Absolute path of the folder where relative paths start.</param>
/// <param name="Known">All keys of the file, joined by dots: where a misplaced key may belong.</param>
internal sealed record KeyPlace(string? File, string Folder, IEnumerable<string> Known)
{
    private const int MaxQuote = 60;

    /// <summary>The keys joined by dots, e.g. <c>selection.quantile</c>; empty at the top.</summary>
    public string Name { get; private init; } = string.Empty;

    /// <summary>The place in words.</summary>
    public string Words => Name.Length == 0 ? "the run file" : $"'{Name}'";

    /// <summary>The place of a key below this one.</summary>
    /// <param name="key">The key.</param>
    public KeyPlace Child(string key) => this with { Name = Qualify(key) };

    /// <summary>A key below this place, with the keys that lead to it.</summary>
    /// <param name="key">The key.</param>
    public string Qualify(string key) => Name.Length == 0 ? key : $"{Name}.{key}";

    /// <summary>An error that names file and line, where there is a file.</summary>
    /// <param name="node">What is wrong.</param>
    /// <param name="message">Why.</param>
    public UserErrorException Error(Node node, string message) => new(File is null ? message : $"{File}:{node.Line}: {message}");

    /// <summary>An error that says what was found and what was expected.</summary>
    /// <param name="node">What was found.</param>
    /// <param name="expected">Completes the sentence "expected …".</param>
    public UserErrorException Unexpected(Node node, string expected) =>
        Error(node, $"{Words} is {Describe(node)}; expected {expected}.");

    private static string Describe(Node node) => node switch
    {
        ScalarNode { Text.Length: 0 } => "empty",
        ScalarNode { Text.Length: <= MaxQuote } scalar => $"'{scalar.Text}'",
        ScalarNode scalar => $"'{scalar.Text[..MaxQuote]}...'",
        ListNode list => $"a list of {list.Items.Count}",
        _ => "a mapping",
    };
}
