using IfGuide.Abstractions.Specification;
using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace IfGuide.Abstractions.Runs;

/// <summary>The coordinator of one run; its key is the run id. It plans units, keeps a bounded number in flight, re-issues what is lost and publishes events.</summary>
[Alias("ifguide.IRunGrain"), GrainInterfaceType("ifguide.IRunGrain"), Version(1)]
public interface IRunGrain : IGrainWithStringKey
{
    /// <summary>Starts or resumes the run. A finished run with the same specification computes nothing; a changed one recomputes the stages whose inputs changed.</summary>
    /// <param name="specification">The run.</param>
    /// <param name="until">Stop after this stage; null: run to the end.</param>
    /// <exception cref="UserErrorException">The specification breaks a rule; nothing was stored or computed.</exception>
    [Alias("Submit")]
    Task<RunStatus> Submit(RunSpec specification, Stage? until = null);

    /// <summary>Where the run stands; null when there is no such run. Never starts anything.</summary>
    [Alias("GetStatus"), AlwaysInterleave]
    Task<RunStatus?> GetStatus();

    /// <summary>The specification last submitted; null when there is no such run.</summary>
    [Alias("GetSpecification"), AlwaysInterleave]
    Task<RunSpec?> GetSpecification();

    /// <summary>Events after a sequence number, oldest first, at most 256; waits a while when there are none and the run is running.</summary>
    /// <param name="after">The last event already seen; 0 for all.</param>
    /// <param name="wait">How long to wait for the next event; at most 5 seconds.</param>
    [Alias("GetEvents"), AlwaysInterleave]
    Task<IReadOnlyList<RunEvent>> GetEvents(long after, TimeSpan wait);

    /// <summary>Stops the run; finished units stay and <see cref="Resume"/> goes on from them.</summary>
    [Alias("Cancel")]
    Task<RunStatus?> Cancel();

    /// <summary>Resumes a cancelled, failed or interrupted run.</summary>
    [Alias("Resume")]
    Task<RunStatus?> Resume();

    /// <summary>Resumes the run if it should be running and is not; called by supervisors and reminders.</summary>
    [Alias("Nudge")]
    Task EnsureRunning();

    /// <summary>Deletes the run's records and every artifact that no other run refers to.</summary>
    /// <returns>Whether there was such a run.</returns>
    [Alias("Delete")]
    Task<bool> Delete();
}
