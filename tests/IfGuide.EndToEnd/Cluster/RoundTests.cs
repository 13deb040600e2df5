using IfGuide.EndToEnd.Harness;
using IfGuide.Tests.Shared;
using static IfGuide.EndToEnd.Runs.Progress;
using TinyRun = IfGuide.EndToEnd.Harness.TinyRun;

namespace IfGuide.EndToEnd.Cluster;

/// <summary>A training in rounds over silos that come and go.</summary>
[Collection("cluster")]
public sealed class RoundTests
{
    [Fact]
    public async Task Silos_ThatJoinAndDieBetweenRounds_TakeTheirWorkers_AndChangeNoByte()
    {
        using var alone = TinyRun.Prepare(InRounds);
        using var place = TinyRun.Prepare(InRounds);
        (await Ifguide.RunProcessAsync(alone.Folder, "run", TinyRun.FileName, "--quiet", "--threads", "1")).Expect(0);

        await using var redis = await RedisServer.StartAsync();
        using var control = await SiloProcess.StartAsync(place.Folder, redis.Uri, "control");
        using var first = await SiloProcess.StartAsync(place.Folder, redis.Uri, "compute");
        (await Ifguide.RunProcessAsync(place.Folder, "run", TinyRun.FileName, "--quiet", "--until", "select", "--cluster", redis.Uri)).Expect(0);
        using var run = Ifguide.Start(place.Folder, "run", TinyRun.FileName, "--quiet", "--cluster", redis.Uri);
        await UntilAsync(() => Rounds(place).Length >= 2);
        Assert.False(run.HasExited, "The training ended before a silo joined; make it longer.");

        using var late = await SiloProcess.StartAsync(place.Folder, redis.Uri, "compute");
        await UntilAsync(() => late.Said.Contains(".worker-", StringComparison.Ordinal));
        Assert.False(run.HasExited, "The training ended before a silo died; make it longer.");
        first.Kill();
        (await run.EndAsync(TestContext.Current.CancellationToken)).Expect(0);

        Assert.Equal(await Results.DigestsAsync(alone), await Results.DigestsAsync(place));
    }

    private static string InRounds(string text) => text.Replace(
        TinyRun.TargetTraining,
        "training: { epochs: 8, batch_size: 8, learning_rate: 3e-3, workers: 4, local_steps: 5 }\nevaluation",
        StringComparison.Ordinal);
}
