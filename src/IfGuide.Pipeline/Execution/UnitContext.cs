using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;

namespace IfGuide.Pipeline.Execution;

/// <summary>What a unit sees of the world.</summary>
internal sealed class UnitContext
{
    public required UnitReference Unit { get; init; }

    public required RunSpec Specification { get; init; }

    public required PreparedInputs Inputs { get; init; }

    public required ArtifactNames Names { get; init; }

    public required BlockingStore Store { get; init; }

    /// <summary>The device with what it keeps warm.</summary>
    public required DeviceSession Session { get; init; }

    public required IProgress<UnitProgress>? Progress { get; init; }

    public required CancellationToken CancellationToken { get; init; }

    /// <summary>The behaviour that the unit belongs to, and the unit's name without it.</summary>
    public (BehaviourNames Behaviour, string Name) Part => Names.Part(Unit) ?? throw new InvalidOperationException($"Unit '{Unit.Name}' of stage {Unit.Stage} belongs to no behaviour.");

    /// <summary>Reports progress and stops here when the unit was cancelled.</summary>
    public void Report(string measure, long done, long total, string? note = null, TrainingFigures? training = null)
    {
        CancellationToken.ThrowIfCancellationRequested();
        Progress?.Report(new UnitProgress { Measure = measure, Done = done, Total = total, Note = note, Training = training });
    }
}
