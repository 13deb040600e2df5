using IfGuide.Abstractions;

namespace IfGuide.Pipeline.Runs;

/// <summary>A run, and the device that computes with its artifacts.</summary>
internal class RunContext : RunView
{
    public required DeviceWork Work { get; init; }

    /// <summary>The device with what it keeps warm.</summary>
    public DeviceSession Session => Work.Session;

    /// <summary>Reports progress, and stops here when the work was cancelled.</summary>
    public void Report(string measure, long done, long total, string? note = null, TrainingFigures? training = null) =>
        Work.Report(measure, done, total, note, training);
}
