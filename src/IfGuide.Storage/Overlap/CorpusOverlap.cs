using MessagePack;

namespace IfGuide.Storage.Overlap;

/// <summary>Which texts of one set the corpus contains.</summary>
[MessagePackObject]
public sealed record CorpusOverlap
{
    /// <summary>How many places are named.</summary>
    public const int Named = 5;

    /// <summary>The set.</summary>
    [Key(0)] public required string Set { get; init; }

    /// <summary>Texts that were searched for.</summary>
    [Key(1)] public required long Sought { get; init; }

    /// <summary>Texts that were not, because they have fewer than <see cref="CorpusSearch.MinWords"/> words.</summary>
    [Key(2)] public required long TooShort { get; init; }

    /// <summary>Texts that at least one document contains.</summary>
    [Key(3)] public required long Found { get; init; }

    /// <summary>Documents that contain at least one of the texts.</summary>
    [Key(4)] public required long Documents { get; init; }

    /// <summary>
    /// The first texts that are found, in the corpus' order: <c>file, line</c> of the text, and of the first document that contains it.
    /// </summary>
    [Key(5)] public required IReadOnlyList<IReadOnlyList<string>> Places { get; init; }
}
