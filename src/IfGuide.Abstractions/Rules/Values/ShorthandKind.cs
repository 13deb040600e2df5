using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules.Grammar;

namespace IfGuide.Abstractions.Rules.Values;

/// <summary>A section, or text that is short for it.</summary>
/// <typeparam name="T">The section's record.</typeparam>
/// <param name="shorthand">The text.</param>
/// <param name="expand">The record that a text is short for.</param>
/// <param name="shorten">The text that is short for a record; null: none is.</param>
/// <param name="section">The section.</param>
internal sealed class ShorthandKind<T>(
    ScalarKind<string> shorthand, Func<string, T> expand, Func<T, string?> shorten, Section<T> section) : ValueKind<T>, ISection
{
    /// <inheritdoc/>
    public override string Expected => $"{shorthand.Expected}, or {section.Expected}";

    /// <inheritdoc/>
    public IReadOnlyList<IKey> Rows => section.Rows;

    /// <inheritdoc/>
    public object Initial => section.Initial;

    /// <inheritdoc/>
    public IReadOnlyList<string> Required => section.Required;

    /// <inheritdoc/>
    public IReadOnlyList<(string Key, string Beside)> OnlyBeside => section.OnlyBeside;

    /// <inheritdoc/>
    public IEnumerable<string> Names => section.Names;

    /// <inheritdoc/>
    public override T Read(Node node, KeyPlace place)
    {
        if (node is not ScalarNode)
        {
            return section.Read(node, place);
        }

        ScalarLength.Check(node, place);
        return shorthand.TryRead(node, place, out var text) ? expand(text) : throw place.Unexpected(node, Expected);
    }

    /// <inheritdoc/>
    public override Node Write(T value) =>
        value is not null && shorten(value) is { } text ? shorthand.Write(text) : section.Write(value);

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["oneOf"] = new JsonArray(shorthand.Schema(), section.Schema()) };
}
