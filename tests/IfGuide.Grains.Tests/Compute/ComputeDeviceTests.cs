using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Compute;
using Microsoft.Extensions.Logging.Abstractions;

namespace IfGuide.Grains.Tests.Compute;

/// <summary>Jobs outlive whoever asked for them, and stop when nobody asks any more.</summary>
public sealed class ComputeDeviceTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly ScriptedExecutors executors = new();
    private readonly ComputeDevice device;

    public ComputeDeviceTests() => device = new ComputeDevice(executors, NullLogger<ComputeDevice>.Instance);

    [Fact]
    public async Task Attach_SameUnitTwice_IsOneJob()
    {
        await device.StartAsync(default);
        using var gate = new ManualResetEventSlim();
        executors.Execute = (unit, _, _) => { gate.Wait(Limit); return unit.Artifact; };
        var one = device.Attach(Unit("a"), "one");
        var two = device.Attach(Unit("a"), "two");
        Assert.Same(one, two);
        gate.Set();
        Assert.Equal("a", await one.Completion.WaitAsync(Limit));
        Assert.NotSame(one, device.Attach(Unit("a"), "three"));
    }

    [Fact]
    public async Task Release_LastFollower_CancelsTheJob_AndANewRequestStartsAfresh()
    {
        await device.StartAsync(default);
        using var begun = new SemaphoreSlim(0);
        var rounds = 0;
        executors.Execute = (unit, _, token) =>
        {
            if (Interlocked.Increment(ref rounds) == 1)
            {
                begun.Release();
                token.WaitHandle.WaitOne(Limit);
                token.ThrowIfCancellationRequested();
            }

            return unit.Artifact;
        };
        var job = device.Attach(Unit("a"), "one");
        device.Attach(Unit("a"), "two");
        await begun.WaitAsync(Limit);
        device.Release(job, "one");
        Assert.False(job.IsCancelled);
        device.Release(job, "two");
        Assert.True(job.IsCancelled);
        var again = device.Attach(Unit("a"), "one");
        Assert.NotSame(job, again);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job.Completion.WaitAsync(Limit));
        Assert.Equal("a", await again.Completion.WaitAsync(Limit));
    }

    [Fact]
    public async Task Attach_UnitThatThrows_FailsItsJobAndNotTheThread()
    {
        await device.StartAsync(default);
        executors.Execute = (unit, _, _) => unit.Artifact == "bad" ? throw new InvalidDataException("model.safetensors: the header is cut off.") : unit.Artifact;
        var bad = device.Attach(Unit("bad"), "one");
        var good = device.Attach(Unit("good"), "one");
        Assert.Equal("good", await good.Completion.WaitAsync(Limit));
        var failure = FailureReport.Of((await Assert.ThrowsAsync<InvalidDataException>(() => bad.Completion))!, Unit("bad"), "silo");
        Assert.True(failure.UserFault);
        Assert.Equal("model.safetensors: the header is cut off.", failure.Message);
    }

    [Fact]
    public async Task Units_RunOnTheirLanesThread_AndExecutorsLiveAndDieThere()
    {
        await device.StartAsync(default);
        Assert.Equal(0, executors.Created);
        executors.Execute = (unit, _, _) => Thread.CurrentThread.Name!;
        Assert.Equal("ifguide device", await device.Attach(Unit("a"), "one").Completion.WaitAsync(Limit));
        Assert.Equal("ifguide device", await device.Attach(Unit("b"), "one").Completion.WaitAsync(Limit));
        Assert.Equal(1, executors.Created);
        Assert.Equal("ifguide processor", await device.Attach(Unit("c", UnitKind.Selection), "one").Completion.WaitAsync(Limit));
        Assert.Equal(2, executors.Created);
        await device.StopAsync(default);
        Assert.Equal(["ifguide device", "ifguide processor"], executors.DisposedOn.Order());
    }

    [Fact]
    public async Task Attach_UnitsThatOvertake_AreComputedBeforeThoseThatWait_InTheirOwnOrder()
    {
        await device.StartAsync(default);
        using var gate = new ManualResetEventSlim();
        using var begun = new SemaphoreSlim(0);
        var order = new System.Collections.Concurrent.ConcurrentQueue<string>();
        executors.Execute = (unit, _, _) =>
        {
            order.Enqueue(unit.Artifact);
            begun.Release();
            gate.Wait(Limit);
            return unit.Artifact;
        };
        device.Attach(Unit("computed"), "one");
        await begun.WaitAsync(Limit);
        var last = device.Attach(Unit("waiting"), "one");
        device.Attach(Unit("lost first"), "one", hasPriority: true);
        device.Attach(Unit("lost second"), "one", hasPriority: true);
        gate.Set();
        await last.Completion.WaitAsync(Limit);
        Assert.Equal(["computed", "lost first", "lost second", "waiting"], order);
    }

    [Fact]
    public async Task Stop_CancelsWhatRuns_AndRefusesMore()
    {
        await device.StartAsync(default);
        using var begun = new SemaphoreSlim(0);
        executors.Execute = (_, _, token) =>
        {
            begun.Release();
            token.WaitHandle.WaitOne(Limit);
            token.ThrowIfCancellationRequested();
            return "never";
        };
        var running = device.Attach(Unit("a"), "one");
        var waiting = device.Attach(Unit("b"), "one");
        await begun.WaitAsync(Limit);
        await device.StopAsync(default).WaitAsync(Limit);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Completion.WaitAsync(Limit));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Completion.WaitAsync(Limit));
        Assert.Throws<OrleansException>(() => device.Attach(Unit("c"), "one"));
    }

    [Fact]
    public async Task Dispose_WhileAUnitRuns_LetsItsThreadEndAlone()
    {
        await device.StartAsync(default);
        using var begun = new SemaphoreSlim(0);
        using var gate = new ManualResetEventSlim();
        executors.Execute = (unit, _, _) => { begun.Release(); gate.Wait(Limit); return unit.Artifact; };
        var job = device.Attach(Unit("a"), "one");
        await begun.WaitAsync(Limit);
        device.Dispose();
        Assert.True(job.IsCancelled);
        gate.Set();
        Assert.Equal("a", await job.Completion.WaitAsync(Limit));
        await device.StopAsync(default).WaitAsync(Limit);
        Assert.Equal("ifguide device", Assert.Single(executors.DisposedOn));
    }

    [Fact]
    public void FailureReport_LongMessages_AreCut()
    {
        var failure = FailureReport.Of(new InvalidOperationException(new string('x', 1_000_000)), unit: null, silo: null);
        Assert.False(failure.UserFault);
        Assert.InRange(failure.Message.Length + failure.Detail!.Length, 1, 32 * 1024);
    }

    public async ValueTask DisposeAsync()
    {
        await device.StopAsync(default);
        device.Dispose();
    }

    private static UnitReference Unit(string artifact, UnitKind kind = UnitKind.CorpusShard) => new()
    {
        Run = RunId.Parse("run"),
        Specification = "s",
        Stage = Stage.Covariance,
        Name = artifact,
        Kind = kind,
        Artifact = artifact,
    };

    private sealed class ScriptedExecutors : IUnitExecutorFactory
    {
        public Func<UnitReference, IProgress<UnitProgress>?, CancellationToken, string> Execute { get; set; } = (unit, _, _) => unit.Artifact;

        public System.Collections.Concurrent.ConcurrentBag<string> DisposedOn { get; } = [];

        public int Created => created;

        private int created;

        public bool NeedsDevice(UnitReference unit) => unit.Kind == UnitKind.CorpusShard;

        public IUnitExecutor Create()
        {
            Interlocked.Increment(ref created);
            return new Executor(this);
        }

        private sealed class Executor(ScriptedExecutors owner) : IUnitExecutor
        {
            public string Execute(UnitReference unit, IProgress<UnitProgress>? progress, CancellationToken cancellationToken) => owner.Execute(unit, progress, cancellationToken);

            public void Dispose() => owner.DisposedOn.Add(Thread.CurrentThread.Name!);
        }
    }
}
