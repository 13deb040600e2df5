using Orleans.CodeGeneration;

namespace IfGuide.Abstractions.Units;

/// <summary>Trains one model, with checkpoints.</summary>
[Alias("ifguide.ITrainingGrain"), GrainInterfaceType("ifguide.ITrainingGrain"), Version(1)]
public interface ITrainingGrain : IUnitGrain;
