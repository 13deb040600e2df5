using IfGuide.Abstractions;
using IfGuide.Grains.Records;
using IfGuide.Grains.Scheduling;
using Orleans.Storage;

namespace IfGuide.Grains.Coordination;

/// <summary>A run's truth while it is coordinated here: its record, its events, and the writing of both. Used on the activation's scheduler only.</summary>
/// <param name="state">The persistent record.</param>
/// <param name="time">The clock.</param>
internal sealed class RunLedger(IPersistentState<RunRecord> state, TimeProvider time)
{
    private const int MaxHistory = 64;
    private readonly RunEventLog events = new(time);
    private readonly string writer = Guid.NewGuid().ToString("N");
    private Task writing = Task.CompletedTask;
    private InconsistentStateException? taken;
    private bool dirty;
    private IReadOnlyList<UnitDeaths>? writtenDeaths;
    private bool givenBack;

    public RunRecord Record { get; private set; } = new();

    public bool Exists => state.RecordExists;

    /// <summary>Whether everything that was asked to be written is.</summary>
    public bool IsSaved => !dirty;

    /// <summary>Whether silos have died of units since the record was written.</summary>
    public bool HasUnwrittenDeaths => !ReferenceEquals(Record.Deaths, writtenDeaths);

    public RunEventLog Events => events;

    /// <summary>Reads what another process or activation may have written.</summary>
    public async Task ReadAsync()
    {
        await state.ReadStateAsync();
        Record = state.State;
        writtenDeaths = Record.Deaths;
        taken = null;
        givenBack = false;
        events.Load(Record.Events, Record.LastSequence);
    }

    public void Begin(RunId run, string specification, Stage? until, IRunOwnership owner)
    {
        events.Clear();
        var submitted = Exists ? Record.Submitted : time.GetUtcNow();
        Restart(owner);
        Record = Record with
        {
            Run = run,
            Specification = specification,
            Until = until,
            Inputs = null,
            Submitted = submitted,
            Stages = [],
            Versions = Remember(new RunVersion(specification, Inputs: null)),
        };
        events.Add(RunEventKind.Started);
    }

    public void Resume(IRunOwnership owner)
    {
        events.Clear();
        Restart(owner);
        events.Add(RunEventKind.Started, message: "resumed");
    }

    /// <summary>Says in the record that nobody runs the run any more.</summary>
    public Task GiveBackAsync()
    {
        givenBack = true;
        return SaveAsync();
    }

    public void Prepared(string inputs)
    {
        var versions = Remember(new RunVersion(Record.Specification, inputs));
        Record = Record with { Inputs = inputs, Versions = versions };
    }

    /// <summary>Remembers the silos that died of units, for whoever coordinates the run after this activation.</summary>
    public void Count(IReadOnlyList<UnitDeaths> deaths) => Record = Record with { Deaths = deaths };

    /// <summary>The inputs must be prepared again.</summary>
    public void Unprepare() => Record = Record with { Inputs = null };

    public TimeSpan ElapsedIn(Stage stage) =>
        Record.Stages.FirstOrDefault(known => known.Stage == stage)?.Elapsed ?? TimeSpan.Zero;

    /// <summary>Sets the stages that the run will have; those known keep what they had.</summary>
    public void Plan(IEnumerable<StageStatus> planned)
    {
        Record = Record with { Stages = planned.Select(stage => FindKnown(stage) ?? stage).ToArray() };

        StageStatus? FindKnown(StageStatus stage) =>
            Record.Stages.FirstOrDefault(known => known.Stage == stage.Stage && known.Units == stage.Units);
    }

    public void RecordEvent(RunEventKind kind, StageStatus? stage = null, string? message = null)
    {
        if (stage is not null)
        {
            var stages = Record.Stages.Where(known => known.Stage != stage.Stage).Append(stage);
            Record = Record with { Stages = stages.OrderBy(known => known.Stage).ToArray() };
        }

        events.Add(kind, stage, message);
    }

    public void End(RunState ending, RunFailure? failure = null)
    {
        Record = Record with { State = ending, Ended = time.GetUtcNow(), Failure = failure };
        var kind = ending switch
        {
            RunState.Done => RunEventKind.Done,
            RunState.Cancelled => RunEventKind.Cancelled,
            _ => RunEventKind.Failed,
        };
        events.Add(kind, message: failure?.Message, failure: failure);
    }

    /// <summary>Writes the record; writes that are asked for while one is under way become one.</summary>
    public Task SaveAsync()
    {
        dirty = true;
        if (writing.IsCompleted)
        {
            writing = WriteAsync();
        }

        return writing;
    }

    public async Task ClearAsync()
    {
        await state.ClearStateAsync();
        Record = new RunRecord();
        events.Load([], 0);
    }

    private async Task WriteAsync()
    {
        while (dirty)
        {
            if (taken is not null)
            {
                throw taken; // for good: whoever has the run now need not have written a second time
            }

            dirty = false;
            try
            {
                DateTimeOffset? beat = givenBack ? null : time.GetUtcNow();
                Record = Record with { Events = events.Events, LastSequence = events.LastSequence, Writer = writer, Beat = beat };
                state.State = Record;
                var deaths = Record.Deaths;
                await state.WriteStateAsync();
                writtenDeaths = deaths;
            }
            catch (InconsistentStateException exception)
            {
                dirty = true;
                await state.ReadStateAsync();
                if (state.State.Writer != writer)
                {
                    taken = exception;
                    throw; // another activation or process has taken the run
                }

                // An earlier write of this one, whose answer was lost: the record is still ours.
            }
            catch
            {
                dirty = true;
                throw;
            }
        }
    }

    private void Restart(IRunOwnership owner)
    {
        Record = Record with { State = RunState.Running, Ended = null, Failure = null, Deaths = null };
        Record = Record with { Owner = owner.Self, Cluster = owner.Cluster };
    }

    private RunVersion[] Remember(RunVersion version)
    {
        // A version without inputs is the same as the one that got them later.
        var others = Record.Versions.Where(known => known != version && !IsEarlierForm(known));
        return [.. others.Append(version).TakeLast(MaxHistory)];

        bool IsEarlierForm(RunVersion known) => known.Inputs is null && known.Specification == version.Specification;
    }
}
