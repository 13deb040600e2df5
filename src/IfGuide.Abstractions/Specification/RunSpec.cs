namespace IfGuide.Abstractions.Specification;

/// <summary>Everything that determines a run: the run file (CONTRACT section 2) with every default filled in and every path absolute.</summary>
/// <remarks>Immutable and serializable, by Orleans and as JSON; two equal specifications on equal inputs give equal bytes.</remarks>
[GenerateSerializer, Immutable, Alias("ifguide.RunSpec")]
public sealed record RunSpec
{
    /// <summary>The newest form of a specification that this build knows.</summary>
    /// <remarks>Raise it with a setting that an older build must not pass over; a new setting is nullable, null meaning "as before", so that the keys of old results stay.</remarks>
    public const int NewestSchemaVersion = 4;

    /// <summary>The run's id.</summary>
    [Id(0)] public required RunId Run { get; init; }

    /// <summary>Seed of every random choice: labels, data order, sampling, initial weights.</summary>
    [Id(1)] public ulong Seed { get; init; } = 1004;

    /// <summary>The model whose gradients attribute.</summary>
    [Id(2)] public required ModelSpec Proxy { get; init; }

    /// <summary>Path of tokenizer.json; null when the corpus and the queries are pretokenised and nothing is sampled.</summary>
    [Id(3)] public string? Tokenizer { get; init; }

    /// <summary>The training corpus.</summary>
    [Id(4)] public required CorpusSpec Corpus { get; init; }

    /// <summary>The query sets.</summary>
    [Id(5)] public required QueriesSpec Queries { get; init; }

    /// <summary>How curvature is estimated.</summary>
    [Id(6)] public FactorsSpec Factors { get; init; } = new();

    /// <summary>Which scores are computed.</summary>
    [Id(7)] public ScoresSpec Scores { get; init; } = new();

    /// <summary>How tokens are selected.</summary>
    [Id(8)] public SelectionSpec Selection { get; init; } = new();

    /// <summary>The model that is trained with suppression; null: stop after selection.</summary>
    [Id(9)] public ModelSpec? Target { get; init; }

    /// <summary>What happens to the loss of selected tokens.</summary>
    [Id(10)] public SuppressionSpec Suppression { get; init; } = new();

    /// <summary>How the target is trained.</summary>
    [Id(11)] public TrainingSpec Training { get; init; } = new();

    /// <summary>How the result is measured; null: not measured.</summary>
    [Id(12)] public EvaluationSpec? Evaluation { get; init; }

    /// <summary>Number of corpus shards; null: from the plan.</summary>
    [Id(13)] public int? Shards { get; init; }

    /// <summary>The form of this specification; a build refuses one that is newer than it knows. As new as <see cref="NeededSchemaVersion"/> at least.</summary>
    [Id(14)] public int SchemaVersion { get; init; } = 1;

    /// <summary>The form that a build must know to do all that this says: 4 where scores are not contrasted or documents are selected, 3 where several workers train, 2 where behaviours are named, else 1. Older builds would pass over them.</summary>
    public static int NeededSchemaVersion(RunSpec specification)
    {
        ArgumentNullException.ThrowIfNull(specification);
        if (specification.Scores.Contrast is not null || specification.Selection.Unit is not null)
        {
            return 4;
        }

        if (specification.Training.Workers is not null || specification.Proxy.Training?.Workers is not null)
        {
            return 3;
        }

        return specification.Queries.Behaviours is null ? 1 : 2;
    }
}
