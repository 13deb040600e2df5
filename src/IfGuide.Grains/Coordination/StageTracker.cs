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
        return new StageStatus
        {
            Stage = Stage,
            Units = units,
            Done = units - undone.Count,
            Reused = reused,
            Progress = Share(),
            Elapsed = before + time.GetElapsedTime(started),
            Detail = Detail(),
        };
    }

    private double Share()
    {
        if (undone.Count == 0)
        {
            return 1;
        }

        var done = units - undone.Count + running.Values.Sum(status => status.Progress);
        return Math.Clamp(done / units, 0, 1);
    }

    private static (string Name, string Artifact) KeyOf(UnitReference unit) => (unit.Name, unit.Artifact);

    /// <remarks>Units that have not begun have not said how much they are: they count as the mean of those that have, so that time left is not told too small.</remarks>
    private UnitProgress? Detail()
    {
        if (measure is null)
        {
            return null;
        }

        var details = running.Values.Select(status => status.Detail).OfType<UnitProgress>();
        var current = details.Where(detail => detail.Measure == measure).ToArray();
        var sum = current.Aggregate(ended.GetValueOrDefault(measure), (sum, detail) => sum.Plus(detail));
        if (sum.Count == 0)
        {
            return null;
        }

        var note = current.LastOrDefault(detail => detail.Note is not null && detail.Done < detail.Total)?.Note;
        return new UnitProgress
        {
            Measure = measure,
            Done = sum.Done,
            Total = (long)((double)sum.Total / sum.Count * (units - reused)),
            Note = note ?? sum.Note,
            Training = Training(current),
        };
    }

    /// <summary>The figures of the last unit that trains, with the speed of all.</summary>
    private static TrainingFigures? Training(IReadOnlyList<UnitProgress> current)
    {
        var figures = current.Select(detail => detail.Training).OfType<TrainingFigures>().ToArray();
        if (figures.Length == 0)
        {
            return null;
        }

        return figures[^1] with { TokensPerSecond = figures.Sum(figure => figure.TokensPerSecond) };
    }

    private readonly record struct Sum(int Count, long Done, long Total, string? Note)
    {
        public Sum Plus(UnitProgress detail) => new(Count + 1, Done + detail.Done, Total + detail.Total, detail.Note);
    }
}
