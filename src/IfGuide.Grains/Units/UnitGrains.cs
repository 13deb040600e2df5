using IfGuide.Abstractions.Units;
using IfGuide.Grains.Compute;
using IfGuide.Storage.Artifacts;
using Orleans.Concurrency;
using Orleans.Placement;

namespace IfGuide.Grains.Units;

// One class a kind of unit: the kinds differ in what their passes compute (IfGuide.Pipeline), and here only in identity, so that
// placement, dashboards and logs tell them apart. Random placement follows the coordinator's hint and is even without one.

/// <summary>Checks, tokenises, packs and shards the inputs of a run.</summary>
/// <param name="device">The silo's device.</param>
/// <param name="store">The store.</param>
/// <param name="silo">This silo.</param>
[GrainType("preparation"), Reentrant, RandomPlacement, Immovable]
public sealed class PreparationGrain(ComputeDevice device, IArtifactStore store, ILocalSiloDetails silo)
    : UnitGrain(device, store, silo), IPreparationGrain;

/// <summary>Computes covariance sums, lambda sums, query gradients and token scores of one shard.</summary>
/// <param name="device">The silo's device.</param>
/// <param name="store">The store.</param>
/// <param name="silo">This silo.</param>
[GrainType("corpus-shard"), Reentrant, RandomPlacement, Immovable]
public sealed class CorpusShardGrain(ComputeDevice device, IArtifactStore store, ILocalSiloDetails silo)
    : UnitGrain(device, store, silo), ICorpusShardGrain;

/// <summary>Adds the shards' sums of one group of layers in shard order, decomposes them, preconditions the query gradient.</summary>
/// <param name="device">The silo's device.</param>
/// <param name="store">The store.</param>
/// <param name="silo">This silo.</param>
[GrainType("layer-factor"), Reentrant, RandomPlacement, Immovable]
public sealed class LayerFactorGrain(ComputeDevice device, IArtifactStore store, ILocalSiloDetails silo)
    : UnitGrain(device, store, silo), ILayerFactorGrain;

/// <summary>Finds the threshold, the ranking and the mask over all shards.</summary>
/// <param name="device">The silo's device.</param>
/// <param name="store">The store.</param>
/// <param name="silo">This silo.</param>
[GrainType("selection"), Reentrant, RandomPlacement, Immovable]
public sealed class SelectionGrain(ComputeDevice device, IArtifactStore store, ILocalSiloDetails silo)
    : UnitGrain(device, store, silo), ISelectionGrain;

/// <summary>Trains one model, with checkpoints.</summary>
/// <param name="device">The silo's device.</param>
/// <param name="store">The store.</param>
/// <param name="silo">This silo.</param>
[GrainType("training"), Reentrant, RandomPlacement, Immovable]
public sealed class TrainingGrain(ComputeDevice device, IArtifactStore store, ILocalSiloDetails silo)
    : UnitGrain(device, store, silo), ITrainingGrain;

/// <summary>Samples, classifies, measures; writes metrics and report.</summary>
/// <param name="device">The silo's device.</param>
/// <param name="store">The store.</param>
/// <param name="silo">This silo.</param>
[GrainType("evaluation"), Reentrant, RandomPlacement, Immovable]
public sealed class EvaluationGrain(ComputeDevice device, IArtifactStore store, ILocalSiloDetails silo)
    : UnitGrain(device, store, silo), IEvaluationGrain;
