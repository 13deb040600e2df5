using MessagePack;

namespace IfGuide.Storage.Overlap;

/// <summary>Texts that two sets share.</summary>
[MessagePackObject]
public sealed record SharedTexts
{
    /// <summary>How many shared places are named.</summary>
    public const int Named = 5;

    /// <summary>Texts of the first set that the second has too.</summary>
    [Key(0)] public required long InFirst { get; init; }

    /// <summary>Texts of the second set that the first has too.</summary>
    [Key(1)] public required long InSecond { get; init; }

    /// <summary>The first of them, in the second set's order: <c>file, line</c> in the first set and in the second.</summary>
    [Key(2)] public required IReadOnlyList<IReadOnlyList<string>> Places { get; init; }
}
