using IfGuide.Abstractions;

namespace IfGuide.Pipeline.Runs;

/// <summary>A device at work: what it keeps warm, who hears of progress, and who may stop it.</summary>
/// <param name="session">The device with what it keeps warm.</param>
/// <param name="progress">Hears of progress, on the calling thread.</param>
/// <param name="cancellationToken">Stops the work at the next report.</param>
internal sealed class DeviceWork(DeviceSession session, IProgress<UnitProgress>? progress, CancellationToken cancellationToken)
{
    public DeviceSession Session => session;

    /// <summary>Reports progress, and stops here when the work was cancelled.</summary>
    public void Report(string measure, long done, long total, string? note = null, TrainingFigures? training = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        progress?.Report(new UnitProgress { Measure = measure, Done = done, Total = total, Note = note, Training = training });
    }
}
