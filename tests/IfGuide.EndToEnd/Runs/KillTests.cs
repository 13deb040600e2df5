using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Runs;

public sealed class KillTests
{
    /// <summary>The training of the target, in the tiny run's file.</summary>
    private const string Training = "training: { epochs: 2, batch_size: 8, micro_batch_size: 8, learning_rate: 3e-3, checkpoint_every: 5 }\nevaluation";

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

    /// <summary>A training killed at a checkpoint and between two; the hinge's cap comes from held-out text, which must be the same after each resume.</summary>
    [Fact]
    public async Task Training_KilledAtAndBetweenCheckpoints_EndsWithTheSameBytes()
    {
        static string Longer(string text) => text.Replace(
            Training, "training: { epochs: 12, batch_size: 4, learning_rate: 3e-3, checkpoint_every: 20, validation: ./data/valid.jsonl, validate_every: 15 }\nsuppression: { objective: hinge }\nevaluation", StringComparison.Ordinal);
        using var undisturbed = TinyRun.Prepare(Longer);
        (await Ifguide.RunAsync(undisturbed.Folder, "run", TinyRun.FileName, "--quiet")).Expect(0);
        using var killed = TinyRun.Prepare(Longer);
        (await Ifguide.RunAsync(killed.Folder, "run", TinyRun.FileName, "--until", "select", "--quiet")).Expect(0);
        string[] last = [];
        foreach (var wait in new[] { TimeSpan.Zero, TimeSpan.FromMilliseconds(150), TimeSpan.FromMilliseconds(400) })
        {
            using var running = Ifguide.Start(killed.Folder, "run", TinyRun.FileName, "--quiet");
            var before = last;
            await UntilAsync(() => running.HasExited || !Checkpoints(killed).SequenceEqual(before));
            await Task.Delay(wait, TestContext.Current.CancellationToken);
            Assert.False(running.HasExited, "The run ended before it was killed; make its training longer.");
            running.Signal("KILL");
            await running.EndAsync(TestContext.Current.CancellationToken);
            last = Checkpoints(killed);
            Assert.NotEmpty(last);
        }

        (await Ifguide.RunAsync(killed.Folder, "run", TinyRun.FileName, "--quiet")).Expect(0);
        Assert.Equal(await Results.DigestsAsync(undisturbed), await Results.DigestsAsync(killed));
        Assert.Empty(Checkpoints(killed));
    }

    /// <summary>Two workers in rounds, killed within rounds and between them: the same bytes, and nothing of the rounds stays.</summary>
    [Fact]
    public async Task Rounds_KilledAgainAndAgain_EndWithTheSameBytes()
    {
        static string InRounds(string text) => text.Replace(
            Training, "training: { epochs: 3, batch_size: 8, learning_rate: 3e-3, workers: 2, local_steps: 10, validation: ./data/valid.jsonl }\nevaluation", StringComparison.Ordinal);
        using var undisturbed = TinyRun.Prepare(InRounds);
        (await Ifguide.RunAsync(undisturbed.Folder, "run", TinyRun.FileName, "--quiet")).Expect(0);
        using var killed = TinyRun.Prepare(InRounds);
        (await Ifguide.RunAsync(killed.Folder, "run", TinyRun.FileName, "--until", "select", "--quiet")).Expect(0);
        string[] last = [];
        foreach (var wait in new[] { TimeSpan.Zero, TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(170) })
        {
            using var running = Ifguide.Start(killed.Folder, "run", TinyRun.FileName, "--quiet");
            await UntilAsync(() => running.HasExited || Rounds(killed).Length >= last.Length + 2);
            await Task.Delay(wait, TestContext.Current.CancellationToken);
            Assert.False(running.HasExited, "The run ended before it was killed; make its training longer.");
            running.Signal("KILL");
            await running.EndAsync(TestContext.Current.CancellationToken);
            last = Rounds(killed);
        }

        (await Ifguide.RunAsync(killed.Folder, "run", TinyRun.FileName, "--quiet")).Expect(0);
        Assert.Equal(await Results.DigestsAsync(undisturbed), await Results.DigestsAsync(killed));
        Assert.Empty(Rounds(killed));
        Assert.Contains("weight_bytes_per_token", await File.ReadAllTextAsync(Directory.EnumerateFiles(killed[".ifguide/artifacts/report"], "metrics.json", SearchOption.AllDirectories).Single(), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    /// <summary>A training that diverges says why and what to do, keeps its last good checkpoint, and that can be taken out.</summary>
    [Fact]
    public async Task Training_ThatDiverges_EndsWithOneAndKeepsItsLastGoodCheckpoint()
    {
        using var place = TinyRun.Prepare(text => text.Replace(
            Training,
            "training: { epochs: 2, batch_size: 8, learning_rate: 1, warmup: 1, gradient_clip: 0, checkpoint_every: 2, validation: ./data/valid.jsonl, validate_every: 2, divergence: 0.05 }\nevaluation",
            StringComparison.Ordinal));
        var said = (await Ifguide.RunAsync(place.Folder, "run", TinyRun.FileName, "--quiet")).Expect(1);
        var model = said.Error.Contains("failed in train (base)", StringComparison.Ordinal) ? "base" : "suppressed"; // whichever was computed first
        Assert.Contains($"run 'tiny' failed in train ({model}): The training '{model}' diverged: its loss on held-out text is", said.Error, StringComparison.Ordinal);
        Assert.Contains("Lower learning_rate", (await Ifguide.RunAsync(place.Folder, "status", "tiny")).Expect(0).Output, StringComparison.Ordinal);
        (await Ifguide.RunAsync(place.Folder, "export", "tiny", "model", "--model", model, "--checkpoint", "--out", "last-good")).Expect(0);
        Assert.True(File.Exists(place["last-good/model.safetensors"]));
        (await Ifguide.RunAsync(place.Folder, "export", "tiny", "model", "--model", "proxy", "--checkpoint", "--out", "none")).Expect(2);
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

    private static string[] Checkpoints(Workplace place) =>
        [.. Directory.EnumerateFiles(place[".ifguide/artifacts/train"], "checkpoint-*.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static string[] Rounds(Workplace place) => Directory.Exists(place[".ifguide/artifacts/train"])
        ? [.. Directory.EnumerateDirectories(place[".ifguide/artifacts/train"], "round-*", SearchOption.AllDirectories).Where(folder => Directory.EnumerateFiles(folder).Any())]
        : [];

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (!holds())
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
