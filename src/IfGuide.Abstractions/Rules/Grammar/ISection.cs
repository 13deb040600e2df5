namespace IfGuide.Abstractions.Rules.Grammar;

/// <summary>Something with keys, whatever its type.</summary>
internal interface ISection
{
    /// <summary>Its rows of the table.</summary>
    IReadOnlyList<IKey> Rows { get; }

    /// <summary>A new record with every default.</summary>
    object Initial { get; }

    /// <summary>Keys that must stand.</summary>
    IReadOnlyList<string> Required { get; }

    /// <summary>Keys that may stand only beside another.</summary>
    IReadOnlyList<(string Key, string Beside)> OnlyBeside { get; }

    /// <summary>Its keys and those below them, joined by dots.</summary>
    IEnumerable<string> Names { get; }
}
