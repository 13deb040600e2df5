namespace IfGuide.Abstractions.Specification;

/// <summary>The query sets whose mean gradients are contrasted (paper Eq. 6).</summary>
[GenerateSerializer, Immutable, Alias("ifguide.QueriesSpec")]
public sealed record QueriesSpec
{
    /// <summary>Continuations that the model should not learn.</summary>
    [Id(0)] public required QuerySetSpec Toxic { get; init; }

    /// <summary>Continuations that it should keep.</summary>
    [Id(1)] public required QuerySetSpec Nontoxic { get; init; }

    /// <summary>Longest query in tokens; longer ones are cut on the right.</summary>
    [Id(2)] public int MaxLength { get; init; } = 256;
}

/// <summary>One query set: a jsonl of records, or token arrays.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.QuerySetSpec")]
public sealed record QuerySetSpec
{
    /// <summary>RealToxicityPrompts records, {prompt, completion} records or {text} records, one JSON object a line.</summary>
    [Id(0)] public string? Path { get; init; }

    /// <summary>Token arrays in place of text.</summary>
    [Id(1)] public PretokenisedSpec? Pretokenised { get; init; }
}
