using System.Diagnostics;
using System.Net;
using IfGuide.EndToEnd.Harness;
using IfGuide.Tests.Shared;
using TinyRun = IfGuide.EndToEnd.Harness.TinyRun;

namespace IfGuide.EndToEnd.Cluster;

/// <summary>Silos as processes, over a real Redis and a shared folder.</summary>
[Collection("cluster")]
public sealed class SiloTests
{
    private static readonly TimeSpan LongestLeave = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Run_OnControlAndTwoComputeSilos_GivesTheBytesOfOneProcess()
    {
        using var alone = TinyRun.Prepare();
        using var place = TinyRun.Prepare();
        await using var redis = await RedisServer.StartAsync();
        using var control = await SiloProcess.StartAsync(place.Folder, redis.Uri, "control", "--health-port", "0");
        using var first = await SiloProcess.StartAsync(place.Folder, redis.Uri, "compute");
        using var second = await SiloProcess.StartAsync(place.Folder, redis.Uri, "compute");
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"{control.Health}/health/live", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"{control.Health}/health/ready", Cancel)).StatusCode);

        (await Ifguide.RunProcessAsync(place.Folder, "run", TinyRun.FileName, "--quiet", "--cluster", redis.Uri)).Expect(0);
        Assert.False(control.HasLibtorch, "A control silo coordinates and loads no libtorch.");
        Assert.True(first.HasLibtorch && second.HasLibtorch, "Both compute silos took part.");

        (await Ifguide.RunProcessAsync(alone.Folder, "run", TinyRun.FileName, "--quiet", "--threads", "1")).Expect(0);
        Assert.Equal(await Results.DigestsAsync(alone), await Results.DigestsAsync(place));

        foreach (var silo in new[] { first, second, control })
        {
            silo.Signal("TERM");
            Assert.Equal(0, await silo.EndAsync(LongestLeave));
        }
    }

    [Fact]
    public async Task Silo_StartedInTheMiddleOfARun_TakesPartWithin10Seconds()
    {
        using var place = TinyRun.Prepare(ManyUnits, documents: 1500);
        await using var redis = await RedisServer.StartAsync();
        using var control = await SiloProcess.StartAsync(place.Folder, redis.Uri, "control");
        using var first = await SiloProcess.StartAsync(place.Folder, redis.Uri, "compute");
        using var run = Ifguide.Start(place.Folder, "run", TinyRun.FileName, "--quiet", "--cluster", redis.Uri, "--until", "score");
        await StageAsync(place, redis, "covariance");

        using var late = await SiloProcess.StartAsync(place.Folder, redis.Uri, "compute");
        var ready = Stopwatch.StartNew();
        while (!late.HasLibtorch)
        {
            Assert.True(ready.Elapsed < LongestIdle, $"The late silo had no work after {ready.Elapsed}.\n{late.Said}");
            await Task.Delay(100, Cancel);
        }

        late.Signal("TERM"); // in the middle of its unit
        Assert.Equal(0, await late.EndAsync(LongestLeave));
        (await run.EndAsync(Cancel)).Expect(0);
    }

    [Fact]
    public async Task Client_MayGoAndComeBack_AndASecondOneSubmitsTheSameRun()
    {
        using var place = TinyRun.Prepare();
        await using var redis = await RedisServer.StartAsync();
        using var silo = await SiloProcess.StartAsync(place.Folder, redis.Uri, "all");
        using (var run = Ifguide.Start(place.Folder, "run", TinyRun.FileName, "--quiet", "--cluster", redis.Uri))
        {
            await StageAsync(place, redis, "prepare");
            run.Signal("INT");
            var said = (await run.EndAsync(Cancel)).Expect(130);
            Assert.Contains($"'ifguide watch tiny --cluster {redis.Uri}' follows it", said.Complaint, StringComparison.Ordinal);
        }

        var submitted = Ifguide.RunProcessAsync(place.Folder, "run", TinyRun.FileName, "--json", "--quiet", "--cluster", redis.Uri);
        var watched = await Ifguide.RunProcessAsync(place.Folder, "watch", "tiny", "--json", "--quiet", "--cluster", redis.Uri);
        Assert.Equal(Results.Stages(watched.Expect(0)), Results.Stages((await submitted).Expect(0)));
        var listed = (await Ifguide.RunProcessAsync(place.Folder, "list", "--cluster", redis.Uri)).Expect(0);
        Assert.Contains("done", listed.Output, StringComparison.Ordinal);
        var doctor = await Ifguide.RunProcessAsync(place.Folder, "doctor", "--cluster", redis.Uri);
        Assert.Contains(silo.Name, doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOfTheCluster_IsNotTakenByAProcess_AndTheOtherWayRound()
    {
        using var place = TinyRun.Prepare(text => text.Replace("epochs: 2", "epochs: 200", StringComparison.Ordinal));
        await using var redis = await RedisServer.StartAsync();
        using var control = await SiloProcess.StartAsync(place.Folder, redis.Uri, "control"); // without a compute silo the run waits
        using var waiting = Ifguide.Start(place.Folder, "run", TinyRun.FileName, "--quiet", "--cluster", redis.Uri);
        await StageAsync(place, redis, "prepare");

        var refused = (await Ifguide.RunProcessAsync(place.Folder, "run", TinyRun.FileName, "--quiet")).Expect(2);
        Assert.Contains($"is being run by the cluster 'ifguide' at {redis.Uri}", refused.Complaint, StringComparison.Ordinal);
        Assert.Contains("running", (await Ifguide.RunProcessAsync(place.Folder, "list")).Expect(0).Output, StringComparison.Ordinal);
        (await Ifguide.RunProcessAsync(place.Folder, "cancel", "tiny")).Expect(0);
        (await waiting.EndAsync(Cancel)).Expect(1);

        using var alone = Ifguide.Start(place.Folder, "run", TinyRun.FileName, "--quiet");
        await StateAsync("running", place, "status", "tiny", "--cluster", redis.Uri);
        Assert.Contains("is being run by process", (await Ifguide.RunProcessAsync(place.Folder, "resume", "tiny", "--cluster", redis.Uri)).Expect(2).Complaint, StringComparison.Ordinal);
        alone.Signal("TERM");
        (await alone.EndAsync(Cancel)).Expect(130);
        await StateAsync("interrupted", place, "status", "tiny", "--cluster", redis.Uri);
    }

    [Fact]
    public async Task FileThatASiloCannotSee_IsAUserErrorThatNamesBoth()
    {
        using var place = TinyRun.Prepare();
        await using var redis = await RedisServer.StartAsync();
        using var silo = await SiloProcess.StartAsync(place.Folder, redis.Uri, "all", "--name", "first");
        File.Delete(place["data/queries_toxic.jsonl"]);
        var said = (await Ifguide.RunProcessAsync(place.Folder, "run", TinyRun.FileName, "--quiet", "--cluster", redis.Uri)).Expect(2);
        Assert.Contains("queries_toxic.jsonl", said.Complaint, StringComparison.Ordinal);
        Assert.Contains("Silo first says so", said.Complaint, StringComparison.Ordinal);
    }

    /// <summary>A short training, then hundreds of short units.</summary>
    private static string ManyUnits(string text) => text
        .Replace("shards: 4", "shards: 80", StringComparison.Ordinal)
        .Replace("epochs: 2, batch_size: 8, micro_batch_size: 8", "epochs: 1, batch_size: 64, micro_batch_size: 32", StringComparison.Ordinal);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Waits until the run is said to be in a state.</summary>
    private static async Task StateAsync(string state, Workplace place, params string[] question)
    {
        var patience = Stopwatch.StartNew();
        while (await Ifguide.RunProcessAsync(place.Folder, [.. question, "--json"]) is var status && !status.Output.Contains($"\"state\":\"{state}\"", StringComparison.Ordinal))
        {
            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(1), $"The run did not become {state}: {status.Error}{status.Output}");
        }
    }

    /// <summary>Waits until a stage of the run has begun.</summary>
    private static async Task StageAsync(Workplace place, RedisServer redis, string stage)
    {
        var patience = Stopwatch.StartNew();
        while (await Ifguide.RunProcessAsync(place.Folder, "status", "tiny", "--json", "--cluster", redis.Uri) is var status && (status.ExitCode != 0 || !Begun(status, stage)))
        {
            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(5), $"The run did not come to {stage}: {status.Error}{status.Output}");
        }
    }

    private static bool Begun(Outcome status, string stage) => Results.Stages(status).TryGetValue(stage, out var known) && (known.Done > 0 || stage == "prepare");
}
