using IfGuide.Abstractions;
using IfGuide.Grains.Scheduling;

namespace IfGuide.Grains.Compute;

/// <summary>Jobs of several runs, taken in turn: one of each run, each run's in the order of their coming, those with priority before the others. Not synchronized.</summary>
/// <param name="capacity">Most jobs of one run.</param>
internal sealed class FairQueue(int capacity)
{
    private readonly Dictionary<RunId, LinkedList<ComputeJob>> runs = [];
    private readonly Queue<RunId> turns = new();

    /// <returns>False when the run has as many jobs as it may.</returns>
    public bool TryAdd(ComputeJob job)
    {
        if (!runs.TryGetValue(job.Unit.Run, out var jobs))
        {
            runs.Add(job.Unit.Run, jobs = new LinkedList<ComputeJob>());
            turns.Enqueue(job.Unit.Run);
        }

        if (jobs.Count == capacity)
        {
            return false;
        }

        jobs.Insert(job, other => other.HasPriority, jobs.First);
        return true;
    }

    public ComputeJob? TryTake()
    {
        while (turns.TryDequeue(out var run))
        {
            if (runs[run].First is { Value: var job })
            {
                runs[run].RemoveFirst();
                turns.Enqueue(run); // to the end, even when it has none left: one that comes soon must not overtake the others
                return job;
            }

            runs.Remove(run);
        }

        return null;
    }

    /// <returns>Whether the job was waiting.</returns>
    public bool Remove(ComputeJob job) => runs.TryGetValue(job.Unit.Run, out var jobs) && jobs.Remove(job);
}
