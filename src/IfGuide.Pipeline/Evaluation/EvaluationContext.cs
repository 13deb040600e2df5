using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Runs;

namespace IfGuide.Pipeline.Evaluation;

/// <summary>What the measurements of one model need; a run's or any other's.</summary>
internal sealed class EvaluationContext : InputView
{
    /// <summary>The model's name in the comparison.</summary>
    public required string Variant { get; init; }

    public required EvaluationSpec Evaluation { get; init; }

    public required ulong Seed { get; init; }

    public required DeviceWork Work { get; init; }

    /// <summary>Store name of the losses of each named behaviour's queries; null: behaviours have no names.</summary>
    public string? BehaviourLosses { get; init; }

    /// <summary>The device with what it keeps warm.</summary>
    public DeviceSession Session => Work.Session;
}
