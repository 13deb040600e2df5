using IfGuide.Abstractions;
using IfGuide.Abstractions.Runs;
using IfGuide.Abstractions.Specification;
using IfGuide.Client;
using IfGuide.Grains.Tests.Toy;

namespace IfGuide.Grains.Tests.Runs;

/// <summary>What a watcher makes of coordinators that contradict each other.</summary>
public sealed class WatchTests
{
    /// <summary>A coordinator tells the end and dies before that is written; the next one goes on from the record, which says running.</summary>
    [Fact]
    public async Task EndThatIsTakenBack_IsNotTheEnd()
    {
        var id = ToyRun.Specification().Run;
        var grain = new Coordinators(id, new[] { RunEventKind.Started, RunEventKind.Failed }, RunState.Running, Array.Empty<RunEventKind>(), RunState.Running, new[] { RunEventKind.StageStarted, RunEventKind.Done }, RunState.Done);
        var options = new IfGuideClientOptions();
        var run = new RunHandle(id, () => grain, new GrainCaller(options, TimeProvider.System), options);
        var seen = new List<RunEventKind>();
        await foreach (var told in run.WatchAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            seen.Add(told.Kind);
        }

        Assert.Equal([RunEventKind.Started, RunEventKind.Failed, RunEventKind.StageStarted, RunEventKind.Done], seen);
        Assert.Equal(RunState.Done, (await run.StatusAsync(TestContext.Current.CancellationToken))!.State);
    }

    /// <summary>Answers in turn: events, then a state; the last state for good.</summary>
    private sealed class Coordinators(RunId run, params object[] answers) : IRunGrain
    {
        private readonly Queue<object> answers = new(answers);
        private RunState state;
        private long last;

        public Task<IReadOnlyList<RunEvent>> GetEvents(long after, TimeSpan wait)
        {
            var kinds = (RunEventKind[])answers.Dequeue();
            return Task.FromResult<IReadOnlyList<RunEvent>>([.. kinds.Select(kind => new RunEvent { Sequence = ++last, Time = DateTimeOffset.UnixEpoch, Kind = kind })]);
        }

        public Task<RunStatus?> GetStatus()
        {
            state = answers.TryDequeue(out var next) ? (RunState)next : state;
            return Task.FromResult<RunStatus?>(new RunStatus { Run = run, State = state, Stages = [], Submitted = DateTimeOffset.UnixEpoch, Specification = string.Empty });
        }

        public Task<RunStatus> Submit(RunSpec specification, Stage? until = null) => throw new NotSupportedException();

        public Task<RunSpec?> GetSpecification() => throw new NotSupportedException();

        public Task<RunStatus?> Cancel() => throw new NotSupportedException();

        public Task<RunStatus?> Resume() => throw new NotSupportedException();

        public Task EnsureRunning() => throw new NotSupportedException();

        public Task<bool> Delete() => throw new NotSupportedException();
    }
}
