namespace IfGuide.Abstractions.Specification;

/// <summary>The query sets whose mean gradients are contrasted (paper Eq. 6): one pair, or a named pair for each behaviour.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.QueriesSpec")]
public sealed record QueriesSpec
{
    /// <summary>Continuations that the model should not learn; null where behaviours are named.</summary>
    [Id(0)] public QuerySetSpec? Toxic { get; init; }

    /// <summary>Continuations that it should keep; null where behaviours are named.</summary>
    [Id(1)] public QuerySetSpec? Nontoxic { get; init; }

    /// <summary>Longest query in tokens; longer ones are cut on the right.</summary>
    [Id(2)] public int MaxLength { get; init; } = 256;

    /// <summary>Named pairs, scored in one corpus pass; null: <see cref="Toxic"/> and <see cref="Nontoxic"/> are the only pair.</summary>
    [Id(3)] public IReadOnlyList<BehaviourSpec>? Behaviours { get; init; }

    /// <summary>Every pair, in order; the name is null where it is the only one and has none.</summary>
    /// <exception cref="InvalidOperationException">There is neither a pair nor a named one.</exception>
    public IReadOnlyList<BehaviourSpec> Pairs() => Behaviours ?? (Toxic is not null && Nontoxic is not null
        ? [new BehaviourSpec { Toxic = Toxic, Nontoxic = Nontoxic }]
        : throw new InvalidOperationException("The queries have neither a toxic and a nontoxic set nor named behaviours."));
}

/// <summary>One behaviour: what the model should not learn, against what it should keep.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.BehaviourSpec")]
public sealed record BehaviourSpec
{
    /// <summary>Its name, [a-z0-9][a-z0-9-]{0,30}, neither <c>toxic</c> nor <c>nontoxic</c>; null: the run's only behaviour, unnamed.</summary>
    [Id(0)] public string? Name { get; init; }

    /// <summary>Continuations that the model should not learn.</summary>
    [Id(1)] public required QuerySetSpec Toxic { get; init; }

    /// <summary>Continuations that it should keep.</summary>
    [Id(2)] public required QuerySetSpec Nontoxic { get; init; }
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
