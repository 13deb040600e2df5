using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;

namespace IfGuide.Grains.Coordination;

/// <summary>Adds up the progress of a stage's units.</summary>
internal sealed class StageTracker
{
    private readonly Dictionary<string, UnitStatus?> statuses = [];
    private readonly TimeProvider time;
    private readonly TimeSpan before;
    private readonly long started;
    private int reused;
    private int done;

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
        foreach (var unit in units)
        {
            statuses.TryAdd(KeyOf(unit), null);
        }
    }

    public Stage Stage { get; }

    public void Reuse(UnitReference unit)
    {
        reused++;
        Complete(unit, detail: null);
    }

    public void Complete(UnitReference unit, UnitProgress? detail)
    {
        if (statuses[KeyOf(unit)] is not { State: UnitState.Done })
        {
            done++;
            statuses[KeyOf(unit)] = new UnitStatus { State = UnitState.Done, Detail = detail, Progress = 1 };
        }
    }

    public void Update(UnitReference unit, UnitStatus status)
    {
        if (statuses[KeyOf(unit)] is not { State: UnitState.Done })
        {
            statuses[KeyOf(unit)] = status;
        }
    }

    public StageStatus Status()
    {
        var progress = statuses.Values.Sum(status => status?.Progress ?? 0);
        return new StageStatus
        {
            Stage = Stage,
            Units = statuses.Count,
            Done = done,
            Reused = reused,
            Progress = statuses.Count == 0 ? 1 : done == statuses.Count ? 1 : Math.Clamp(progress / statuses.Count, 0, 1),
            Elapsed = before + time.GetElapsedTime(started),
            Detail = Detail(),
        };
    }

    private static string KeyOf(UnitReference unit) => unit.Name + "\n" + unit.Artifact;

    /// <remarks>Units that have not begun have not said how much they are: they count as the mean of those that have, so that time left is not told too small.</remarks>
    private UnitProgress? Detail()
    {
        var details = statuses.Values.Select(status => status?.Detail).OfType<UnitProgress>().ToArray();
        if (details.Length == 0)
        {
            return null;
        }

        var measure = details[^1].Measure;
        var same = details.Where(detail => detail.Measure == measure).ToArray();
        var computed = statuses.Count - reused;
        return new UnitProgress
        {
            Measure = measure,
            Done = same.Sum(detail => detail.Done),
            Total = (long)((double)same.Sum(detail => detail.Total) / same.Length * computed),
            Note = same.LastOrDefault(detail => detail.Note is not null && detail.Done < detail.Total)?.Note ?? same[^1].Note,
        };
    }
}
