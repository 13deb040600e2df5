using MessagePack;

namespace IfGuide.Pipeline.Records;

/// <summary>What is suppressed for all behaviours together; the mask lies beside it.</summary>
[MessagePackObject]
public sealed record UnionRecord
{
    /// <summary>Tokens that at least one behaviour selected.</summary>
    [Key(0)] public required long SelectedTokens { get; init; }

    /// <summary>Tokens of the corpus that are not padding.</summary>
    [Key(1)] public required long CorpusTokens { get; init; }

    /// <summary>Sequences with at least one selected token.</summary>
    [Key(2)] public required long SelectedSequences { get; init; }

    /// <summary>Sequences of the corpus.</summary>
    [Key(3)] public required long Sequences { get; init; }

    /// <summary>Tokens that more than one behaviour selected.</summary>
    [Key(4)] public long SharedTokens { get; init; }

    /// <summary>What each two behaviours have in common.</summary>
    [Key(5)] public IReadOnlyList<SharedTokensRecord> Overlaps { get; init; } = [];
}

/// <summary>What two behaviours have in common.</summary>
[MessagePackObject]
public sealed record SharedTokensRecord
{
    /// <summary>One behaviour.</summary>
    [Key(0)] public required string First { get; init; }

    /// <summary>The other.</summary>
    [Key(1)] public required string Second { get; init; }

    /// <summary>Tokens that both selected.</summary>
    [Key(2)] public required long Tokens { get; init; }
}
