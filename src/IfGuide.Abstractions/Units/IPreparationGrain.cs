using Orleans.CodeGeneration;

namespace IfGuide.Abstractions.Units;

/// <summary>Checks, tokenises, packs and shards the inputs of a run.</summary>
[Alias("ifguide.IPreparationGrain"), GrainInterfaceType("ifguide.IPreparationGrain"), Version(1)]
public interface IPreparationGrain : IUnitGrain;
