using Orleans.CodeGeneration;

namespace IfGuide.Abstractions.Units;

/// <summary>Finds the threshold, the ranking and the mask over all shards.</summary>
[Alias("ifguide.ISelectionGrain"), GrainInterfaceType("ifguide.ISelectionGrain"), Version(1)]
public interface ISelectionGrain : IUnitGrain;
