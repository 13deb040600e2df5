using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;

namespace IfGuide.Grains.Coordination;

/// <summary>Adds up the progress of a stage's units. Telling it costs as much as there are units in flight, not as there are units.</summary>
internal sealed class StageTracker
{
    private readonly HashSet<(string Name, string Artifact)> undone = [];
    private readonly Dictionary<(string Name, string Artifact), UnitStatus> running = [];
    private readonly Dictionary<string, Sum> ended = [];
    private readonly TimeProvider time;
    private readonly TimeSpan before;
    private readonly long started;
    private readonly int units;
    private string? measure;
    private int reused;

    /// <param name="stage">The stage.</param>
    /// <param name="units">Its units.</param>
    /// <param name="before">Time spent in it earlier, before an interruption.</param>
    /// <param name="time">The clock.</param>
    public StageTracker(Stage stage, IEnumerable<UnitReference> units, TimeSpan before, TimeProvider time)
    {
        Stage = stage;
        this.before = before;
        this.time = time;
        started = time.GetTimestamp();
        undone.UnionWith(units.Select(KeyOf));
        this.units = undone.Count;
    }

    public Stage Stage { get; }

    public void Reuse(UnitReference unit)
    {
        reused++;
        Complete(unit, detail: null);
    }

    public void Complete(UnitReference unit, UnitProgress? detail)
    {
        running.Remove(KeyOf(unit));
        if (undone.Remove(KeyOf(unit)) && detail is not null)
        {
            measure = detail.Measure;
            ended[measure] = ended.GetValueOrDefault(measure).Plus(detail);
        }
    }

    public void Update(UnitReference unit, UnitStatus status)
    {
        if (undone.Contains(KeyOf(unit)))
        {
            running[KeyOf(unit)] = status;
            measure = status.Detail?.Measure ?? measure;
        }
    }

    public StageStatus Status()
    {
        var done = units - undone.Count;
        return new StageStatus
        {
            Stage = Stage,
            Units = units,
            Done = done,
            Reused = reused,
            Progress = undone.Count == 0 ? 1 : Math.Clamp((done + running.Values.Sum(status => status.Progress)) / units, 0, 1),
            Elapsed = before + time.GetElapsedTime(started),
            Detail = Detail(),
        };
    }

    private static (string Name, string Artifact) KeyOf(UnitReference unit) => (unit.Name, unit.Artifact);

    /// <remarks>Units that have not begun have not said how much they are: they count as the mean of those that have, so that time left is not told too small.</remarks>
    private UnitProgress? Detail()
    {
        if (measure is null)
        {
            return null;
        }

        var sum = ended.GetValueOrDefault(measure);
        string? note = null;
        TrainingFigures? training = null;
        foreach (var detail in running.Values.Select(status => status.Detail).OfType<UnitProgress>().Where(detail => detail.Measure == measure))
        {
            sum = sum.Plus(detail);
            note = detail.Note is not null && detail.Done < detail.Total ? detail.Note : note;
            training = detail.Training is null ? training : detail.Training with { TokensPerSecond = detail.Training.TokensPerSecond + (training?.TokensPerSecond ?? 0) };
        }

        return sum.Count == 0 ? null : new UnitProgress
        {
            Measure = measure,
            Done = sum.Done,
            Total = (long)((double)sum.Total / sum.Count * (units - reused)),
            Note = note ?? sum.Note,
            Training = training,
        };
    }

    private readonly record struct Sum(int Count, long Done, long Total, string? Note)
    {
        public Sum Plus(UnitProgress detail) => new(Count + 1, Done + detail.Done, Total + detail.Total, detail.Note);
    }
}
