using IfGuide.Abstractions;

namespace IfGuide.Cli.Progress;

/// <summary>Plain lines, for logs and pipes: starts, ends, and every few seconds how far a stage is.</summary>
/// <param name="write">Takes a line.</param>
/// <param name="clock">The time.</param>
internal sealed class PlainDisplay(Action<string> write, TimeProvider clock) : IRunDisplay
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private DateTimeOffset last = clock.GetUtcNow();

    public void Show(RunEvent happened)
    {
        switch (happened.Kind)
        {
            case RunEventKind.StageStarted:
                last = clock.GetUtcNow();
                break;
            case RunEventKind.StageProgress when happened.Stage is { } stage && clock.GetUtcNow() - last >= Pause:
                last = clock.GetUtcNow();
                write(StageText.Line(stage));
                break;
            case RunEventKind.StageDone when happened.Stage is { } stage:
                write(StageText.Ended(stage));
                break;
            case RunEventKind.Warning or RunEventKind.UnitReissued when happened.Message is not null:
                write($"note: {happened.Message}");
                break;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Shows nothing.</summary>
internal sealed class NoDisplay : IRunDisplay
{
    public void Show(RunEvent happened) { }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
