using Orleans.CodeGeneration;

namespace IfGuide.Abstractions.Units;

/// <summary>Computes covariance sums, lambda sums, query gradients and token scores of one shard, on a compute silo.</summary>
[Alias("ifguide.ICorpusShardGrain"), GrainInterfaceType("ifguide.ICorpusShardGrain"), Version(1)]
public interface ICorpusShardGrain : IUnitGrain;
