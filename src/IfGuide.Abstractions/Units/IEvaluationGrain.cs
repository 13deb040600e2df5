using Orleans.CodeGeneration;

namespace IfGuide.Abstractions.Units;

/// <summary>Samples, classifies, measures; writes metrics and report.</summary>
[Alias("ifguide.IEvaluationGrain"), GrainInterfaceType("ifguide.IEvaluationGrain"), Version(1)]
public interface IEvaluationGrain : IUnitGrain;
