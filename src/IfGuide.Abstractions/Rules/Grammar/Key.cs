using System.Text.Json.Nodes;

namespace IfGuide.Abstractions.Rules.Grammar;

/// <summary>One row of the table of keys: name, meaning, kind of value, default, and where the value stands in the section's record.</summary>
/// <typeparam name="TSection">The section's record.</typeparam>
internal abstract class Key<TSection> : IKey
{
    /// <inheritdoc/>
    public required string Name { get; init; }

    /// <summary>What the key means: the text that editors show.</summary>
    public required string Meaning { get; init; }

    /// <summary>The default as it would stand in a run file, in JSON; null: none, or one that depends on other keys.</summary>
    public string? Default { get; init; }

    /// <inheritdoc/>
    public abstract object Kind { get; }

    /// <inheritdoc/>
    public abstract bool IsAlias { get; }

    /// <summary>Names of the keys below this one, in the form <c>selection.quantile</c>.</summary>
    public IEnumerable<string> Below => (Kind as ISection)?.Names ?? [];

    /// <summary>Makes a row.</summary>
    /// <param name="name">The key.</param>
    /// <param name="kind">What it takes.</param>
    /// <param name="get">The value in a record; null: none. A row without it is another name of a key.</param>
    /// <param name="with">The record with another value.</param>
    /// <param name="meaning">What the key means.</param>
    /// <param name="default">The default, in JSON.</param>
    public static Key<TSection> Of<TValue>(
        string name,
        ValueKind<TValue> kind,
        Func<TSection, object?>? get,
        Func<TSection, TValue, TSection> with,
        string meaning,
        string? @default = null) =>
        new TypedKey<TSection, TValue>(kind, get, with) { Name = name, Meaning = meaning, Default = @default };

    /// <summary>Reads the value into a record.</summary>
    /// <param name="section">The record.</param>
    /// <param name="node">What was written.</param>
    /// <param name="place">Where.</param>
    public abstract TSection Read(TSection section, Node node, KeyPlace place);

    /// <summary>Writes the value of a record; null: the section says the same without it.</summary>
    /// <param name="section">The record.</param>
    /// <param name="initial">The record with every default.</param>
    public abstract Node? Write(TSection section, TSection initial);

    /// <summary>A new JSON Schema of the key.</summary>
    public abstract JsonObject Schema();

    /// <inheritdoc/>
    public abstract object Set(object section, object? value);

    /// <inheritdoc/>
    public abstract object? Get(object section);
}
