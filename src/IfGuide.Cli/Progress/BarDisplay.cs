using System.Collections.Concurrent;
using IfGuide.Abstractions;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace IfGuide.Cli.Progress;

/// <summary>One moving bar a stage, with amount, rate and time left.</summary>
internal sealed class BarDisplay : IRunDisplay
{
    private const double Full = 1;
    private readonly Dictionary<Stage, ProgressTask> bars = [];
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ProgressContext> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IAnsiConsole console;
    private readonly ConcurrentDictionary<int, string> texts = [];
    private readonly List<string> notes = [];
    private readonly Task drawing;

    public BarDisplay(IAnsiConsole console)
    {
        this.console = console;
        drawing = console.Progress()
            .AutoClear(false)
            .HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 24 }, new PercentageColumn(), new TextColumn(texts))
            .StartAsync(async context =>
            {
                started.SetResult(context);
                await ended.Task;
            });
    }

    public void Show(RunEvent happened)
    {
        if (happened.Stage is { } stage)
        {
            var bar = Bar(stage.Stage);
            bar.Value = happened.Kind == RunEventKind.StageDone ? Full : Math.Min(stage.Progress, Full);
            texts[bar.Id] = happened.Kind == RunEventKind.StageDone ? Ended(stage) : Running(stage);
            if (happened.Kind == RunEventKind.StageDone)
            {
                bar.StopTask();
            }
        }
        else if (happened.Kind is RunEventKind.Warning or RunEventKind.UnitReissued && happened.Message is { } message)
        {
            notes.Add(message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var bar in bars.Values.Where(bar => !bar.IsFinished))
        {
            bar.StopTask();
        }

        ended.TrySetResult();
        await drawing;
        foreach (var note in notes.Distinct())
        {
            console.MarkupLineInterpolated($"[yellow]note:[/] {note}");
        }
    }

    private ProgressTask Bar(Stage stage)
    {
        if (!bars.TryGetValue(stage, out var bar))
        {
            bar = bars[stage] = started.Task.GetAwaiter().GetResult().AddTask(StageText.Title(stage), maxValue: Full);
        }

        return bar;
    }

    private static string Running(StageStatus stage)
    {
        string?[] parts = [StageText.Amount(stage), StageText.Rate(stage), StageText.Left(stage) is { } left ? $"{StageText.Clock(left)} left" : null, stage.Detail?.Note];
        return string.Join("  ", parts.Where(part => !string.IsNullOrEmpty(part)));
    }

    private static string Ended(StageStatus stage) => StageText.Ended(stage)[(StageText.Ended(stage).IndexOf("done in", StringComparison.Ordinal) + "done in ".Length)..];

    /// <summary>The words to the right of a bar.</summary>
    private sealed class TextColumn(ConcurrentDictionary<int, string> texts) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(texts.GetValueOrDefault(task.Id, string.Empty), new Style(Color.Grey)) { Overflow = Overflow.Ellipsis };
    }
}
