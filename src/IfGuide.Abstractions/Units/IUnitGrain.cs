namespace IfGuide.Abstractions.Units;

/// <summary>A grain that computes units. Its key is <c>run/stage/unit</c>.</summary>
[Alias("ifguide.IUnitGrain")]
public interface IUnitGrain : IGrainWithStringKey
{
    /// <summary>Starts the unit, or joins it when it is running, and waits a while for its end.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="wait">How long to wait; at most 5 seconds.</param>
    /// <param name="cancellationToken">Ends the waiting, not the unit.</param>
    /// <returns>Where the unit stands. Idempotent: the artifact's name decides whether it is done.</returns>
    [Alias("Ensure")]
    Task<UnitStatus> Ensure(UnitReference unit, TimeSpan wait, CancellationToken cancellationToken = default);

    /// <summary>Stops the unit at its next safe point; what it has stored stays.</summary>
    [Alias("Cancel")]
    Task Cancel();
}

/// <summary>Checks, tokenises, packs and shards the inputs of a run.</summary>
[Alias("ifguide.IPreparationGrain")]
public interface IPreparationGrain : IUnitGrain;

/// <summary>Computes covariance sums, lambda sums, query gradients and token scores of one shard, on a compute silo.</summary>
[Alias("ifguide.ICorpusShardGrain")]
public interface ICorpusShardGrain : IUnitGrain;

/// <summary>Adds the shards' sums of one group of layers in shard order, decomposes them, preconditions the query gradient.</summary>
[Alias("ifguide.ILayerFactorGrain")]
public interface ILayerFactorGrain : IUnitGrain;

/// <summary>Finds the threshold, the ranking and the mask over all shards.</summary>
[Alias("ifguide.ISelectionGrain")]
public interface ISelectionGrain : IUnitGrain;

/// <summary>Trains one model, with checkpoints.</summary>
[Alias("ifguide.ITrainingGrain")]
public interface ITrainingGrain : IUnitGrain;

/// <summary>Samples, classifies, measures; writes metrics and report.</summary>
[Alias("ifguide.IEvaluationGrain")]
public interface IEvaluationGrain : IUnitGrain;
