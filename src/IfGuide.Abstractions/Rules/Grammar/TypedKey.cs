using System.Text.Json.Nodes;

namespace IfGuide.Abstractions.Rules.Grammar;

/// <summary>A key with its value's type.</summary>
/// <typeparam name="TSection">The section's record.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
/// <param name="kind">What the key takes.</param>
/// <param name="get">The value in a record.</param>
/// <param name="with">The record with another value.</param>
internal sealed class TypedKey<TSection, TValue>(
    ValueKind<TValue> kind, Func<TSection, object?>? get, Func<TSection, TValue, TSection> with) : Key<TSection>
{
    /// <inheritdoc/>
    public override object Kind => kind;

    /// <inheritdoc/>
    public override bool IsAlias => get is null;

    /// <inheritdoc/>
    public override TSection Read(TSection section, Node node, KeyPlace place) => with(section, kind.Read(node, place));

    /// <inheritdoc/>
    public override Node? Write(TSection section, TSection initial)
    {
        if (get is null)
        {
            return null;
        }

        return get(section) switch
        {
            var value when Equals(value, get(initial)) => null,
            null => ScalarNode.Empty,
            var value => kind.Write((TValue)value),
        };
    }

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = kind.Schema();
        schema["description"] = Meaning;
        if (Default is not null)
        {
            schema["default"] = JsonNode.Parse(Default);
        }

        return schema;
    }

    /// <inheritdoc/>
    public override object Set(object section, object? value) => with((TSection)section, (TValue)value!)!;

    /// <inheritdoc/>
    public override object? Get(object section) => get?.Invoke((TSection)section);
}
