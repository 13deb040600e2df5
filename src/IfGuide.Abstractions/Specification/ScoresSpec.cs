namespace IfGuide.Abstractions.Specification;

/// <summary>What a token score means and at which index it stands.</summary>
public enum ScoreKind
{
    /// <summary>Influence of learning token j (paper Eq. 8), at index j.</summary>
    Token,
    /// <summary>The reference's decomposition by position, moved to the label that the position predicts (index t + 1).</summary>
    Position,
    /// <summary>The same numbers at the reference's own index t.</summary>
    Reference,
}

/// <summary>What the query gradient is divided by.</summary>
public enum QueryNormalisation
{
    /// <summary>The number of query sequences.</summary>
    Sequence,
    /// <summary>The number of query tokens that carry loss.</summary>
    Token,
    /// <summary>Nothing.</summary>
    Sum,
}

/// <summary>Which scores are computed.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.ScoresSpec")]
public sealed record ScoresSpec
{
    /// <summary>Meaning of a score.</summary>
    [Id(0)] public ScoreKind Kind { get; init; } = ScoreKind.Token;

    /// <summary>Normalisation of the query gradient.</summary>
    [Id(1)] public QueryNormalisation Normalise { get; init; } = QueryNormalisation.Sequence;

    /// <summary>Whether the nontoxic queries' gradient is subtracted from the toxic ones' (paper Eq. 6); null: yes. False: the standard influence function.</summary>
    [Id(2)] public bool? Contrast { get; init; }
}
