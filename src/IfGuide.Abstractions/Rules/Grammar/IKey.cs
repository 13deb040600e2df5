namespace IfGuide.Abstractions.Rules.Grammar;

/// <summary>One row of the table of keys, whatever its types.</summary>
internal interface IKey
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>Its <see cref="ValueKind{T}"/>.</summary>
    object Kind { get; }

    /// <summary>Whether it is another name of a key.</summary>
    bool IsAlias { get; }

    /// <summary>The record with another value of the key.</summary>
    /// <param name="section">The section's record.</param>
    /// <param name="value">The value, which may be a wrong one.</param>
    object Set(object section, object? value);

    /// <summary>The key's value in a record.</summary>
    /// <param name="section">The section's record.</param>
    object? Get(object section);
}
