namespace IfGuide.Abstractions.Rules.Grammar;

/// <summary>One entry of a mapping.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its value.</param>
internal sealed record MappingEntry(Node Key, Node Value)
{
    /// <summary>An entry that stands in no file.</summary>
    /// <param name="name">The key.</param>
    /// <param name="value">The value.</param>
    public static MappingEntry Create(string? name, Node value) => new(new ScalarNode(name ?? string.Empty), value);

    /// <summary>The key as a word; null: it is none.</summary>
    public string? Name => (Key as ScalarNode)?.Text;
}
