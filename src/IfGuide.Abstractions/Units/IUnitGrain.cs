using Orleans.CodeGeneration;

namespace IfGuide.Abstractions.Units;

/// <summary>A grain that computes units. Its key is <c>run/stage/unit</c>.</summary>
[Alias("ifguide.IUnitGrain"), GrainInterfaceType("ifguide.IUnitGrain"), Version(1)]
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
[Alias("ifguide.IPreparationGrain"), GrainInterfaceType("ifguide.IPreparationGrain"), Version(1)]
public interface IPreparationGrain : IUnitGrain;

/// <summary>Computes covariance sums, lambda sums, query gradients and token scores of one shard, on a compute silo.</summary>
[Alias("ifguide.ICorpusShardGrain"), GrainInterfaceType("ifguide.ICorpusShardGrain"), Version(1)]
public interface ICorpusShardGrain : IUnitGrain;

/// <summary>Adds the shards' sums of one group of layers in shard order, decomposes them, preconditions the query gradient.</summary>
[Alias("ifguide.ILayerFactorGrain"), GrainInterfaceType("ifguide.ILayerFactorGrain"), Version(1)]
public interface ILayerFactorGrain : IUnitGrain;

/// <summary>Finds the threshold, the ranking and the mask over all shards.</summary>
[Alias("ifguide.ISelectionGrain"), GrainInterfaceType("ifguide.ISelectionGrain"), Version(1)]
public interface ISelectionGrain : IUnitGrain;

/// <summary>Trains one model, with checkpoints.</summary>
[Alias("ifguide.ITrainingGrain"), GrainInterfaceType("ifguide.ITrainingGrain"), Version(1)]
public interface ITrainingGrain : IUnitGrain;

/// <summary>Samples, classifies, measures; writes metrics and report.</summary>
[Alias("ifguide.IEvaluationGrain"), GrainInterfaceType("ifguide.IEvaluationGrain"), Version(1)]
public interface IEvaluationGrain : IUnitGrain;
