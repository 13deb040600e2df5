using Orleans.CodeGeneration;

namespace IfGuide.Abstractions.Units;

/// <summary>Adds the shards' sums of one group of layers in shard order, decomposes them, preconditions the query gradient.</summary>
[Alias("ifguide.ILayerFactorGrain"), GrainInterfaceType("ifguide.ILayerFactorGrain"), Version(1)]
public interface ILayerFactorGrain : IUnitGrain;
