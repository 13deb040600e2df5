using IfGuide.EndToEnd.Harness;
using static IfGuide.EndToEnd.Runs.Progress;

namespace IfGuide.EndToEnd.Runs;

public sealed class KillTests
{
    /// <summary>Killed at moments all over the run; every time it goes on, and it ends with the bytes of an undisturbed run.</summary>
    [Fact]
    public async Task Run_KilledAgainAndAgain_EndsWithTheSameBytes()
    {
        using var undisturbed = TinyRun.Prepare();
        (await Ifguide.RunAsync(undisturbed.Folder, "run", TinyRun.FileName, "--quiet")).Expect(0);
        using var killed = TinyRun.Prepare();
        var moments = new Random(20);
        var kills = 0;
        for (var attempt = 0; attempt < 4; attempt++)
        {
            using var running = Ifguide.Start(killed.Folder, "run", TinyRun.FileName, "--quiet");
            await Task.Delay(TimeSpan.FromSeconds(1.5 + (4 * moments.NextDouble())), TestContext.Current.CancellationToken);
            kills += running.HasExited ? 0 : 1;
            running.Signal("KILL");
            await running.EndAsync(TestContext.Current.CancellationToken);
        }

        Assert.True(kills > 0, "The run ended before the first kill; the moments are too late for this machine.");
        (await Ifguide.RunAsync(killed.Folder, "run", TinyRun.FileName, "--quiet")).Expect(0);
        Assert.Equal(await Results.DigestsAsync(undisturbed), await Results.DigestsAsync(killed));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Run_Interrupted_Ends130AndCanBeResumed(string signal)
    {
        using var place = TinyRun.Prepare(text => text.Replace("epochs: 2", "epochs: 60", StringComparison.Ordinal));
        using (var running = Ifguide.Start(place.Folder, "run", TinyRun.FileName))
        {
            await UntilAsync(() => Directory.Exists(place[".ifguide/artifacts/prepare"]));
            running.Signal(signal);
            var said = (await running.EndAsync(TestContext.Current.CancellationToken)).Expect(130);
            Assert.Contains("'ifguide resume tiny', or the same run again, goes on from here.", said.Error, StringComparison.Ordinal);
        }

        Results.AssertNothingHalfWritten(place);
        Assert.Contains("interrupted", (await Ifguide.RunAsync(place.Folder, "status", "tiny")).Expect(0).Output, StringComparison.Ordinal);
    }

    /// <summary><c>timeout</c> sends its signal twice in one breath: that is one request to end in order in the middle of a training, not a crash of the native library.</summary>
    [Fact]
    public async Task Run_InterruptedTwiceInOneBreath_Ends130()
    {
        using var place = TinyRun.Prepare(text => text.Replace("epochs: 2", "epochs: 60", StringComparison.Ordinal));
        string[] last = [];
        for (var attempt = 0; attempt < 3; attempt++)
        {
            using var running = Ifguide.Start(place.Folder, "run", TinyRun.FileName, "--quiet");
            await UntilAsync(() => Directory.Exists(place[".ifguide/artifacts/train"]) && !Checkpoints(place).SequenceEqual(last));
            running.Signal("TERM");
            running.Signal("TERM");
            (await running.EndAsync(TestContext.Current.CancellationToken)).Expect(130);
            last = Checkpoints(place);
        }
    }
}
