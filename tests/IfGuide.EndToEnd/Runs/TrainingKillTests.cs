using IfGuide.EndToEnd.Harness;
using static IfGuide.EndToEnd.Runs.Progress;

namespace IfGuide.EndToEnd.Runs;

public sealed class TrainingKillTests
{
    /// <summary>A training killed at a checkpoint and between two; the hinge's cap comes from held-out text, which must be the same after each resume.</summary>
    [Fact]
    public async Task Training_KilledAtAndBetweenCheckpoints_EndsWithTheSameBytes()
    {
        static string Longer(string text) => text.Replace(
            TinyRun.TargetTraining, "training: { epochs: 12, batch_size: 4, learning_rate: 3e-3, checkpoint_every: 20, validation: ./data/valid.jsonl, validate_every: 15 }\nsuppression: { objective: hinge }\nevaluation", StringComparison.Ordinal);
        using var killed = TinyRun.Prepare(Longer);
        string[] last = [];
        await KillAsync(killed, Longer, [0, 150, 400], () => !Checkpoints(killed).SequenceEqual(last), () =>
        {
            last = Checkpoints(killed);
            Assert.NotEmpty(last);
        });
        Assert.Empty(Checkpoints(killed));
    }

    /// <summary>Two workers in rounds, killed within rounds and between them: the same bytes, and nothing of the rounds stays.</summary>
    [Fact]
    public async Task Rounds_KilledAgainAndAgain_EndWithTheSameBytes()
    {
        static string InRounds(string text) => text.Replace(
            TinyRun.TargetTraining, "training: { epochs: 3, batch_size: 8, learning_rate: 3e-3, workers: 2, local_steps: 10, validation: ./data/valid.jsonl }\nevaluation", StringComparison.Ordinal);
        using var killed = TinyRun.Prepare(InRounds);
        var last = 0;
        await KillAsync(killed, InRounds, [0, 60, 170], () => Rounds(killed).Length >= last + 2, () => last = Rounds(killed).Length);
        Assert.Empty(Rounds(killed));
        Assert.Contains("weight_bytes_per_token", await File.ReadAllTextAsync(Directory.EnumerateFiles(killed[".ifguide/artifacts/report"], "metrics.json", SearchOption.AllDirectories).Single(), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    /// <summary>A training that diverges says why and what to do, keeps its last good checkpoint, and that can be taken out.</summary>
    [Fact]
    public async Task Training_ThatDiverges_EndsWithOneAndKeepsItsLastGoodCheckpoint()
    {
        using var place = TinyRun.Prepare(text => text.Replace(
            TinyRun.TargetTraining,
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

    /// <summary>Runs up to the training, kills it again and again, lets it end, and compares its bytes with those of a run that nothing disturbs.</summary>
    /// <param name="killed">Where it runs.</param>
    /// <param name="edit">What its run file differs in.</param>
    /// <param name="waits">Milliseconds from having come further to each kill.</param>
    /// <param name="isFurther">Whether it has come further since the last kill.</param>
    /// <param name="died">Called after each kill.</param>
    private static async Task KillAsync(Workplace killed, Func<string, string> edit, int[] waits, Func<bool> isFurther, Action died)
    {
        using var undisturbed = TinyRun.Prepare(edit);
        (await Ifguide.RunAsync(undisturbed.Folder, "run", TinyRun.FileName, "--quiet")).Expect(0);
        (await Ifguide.RunAsync(killed.Folder, "run", TinyRun.FileName, "--until", "select", "--quiet")).Expect(0);
        foreach (var wait in waits)
        {
            using var running = Ifguide.Start(killed.Folder, "run", TinyRun.FileName, "--quiet");
            await UntilAsync(() => running.HasExited || isFurther());
            await Task.Delay(wait, TestContext.Current.CancellationToken);
            Assert.False(running.HasExited, "The run ended before it was killed; make its training longer.");
            running.Signal("KILL");
            await running.EndAsync(TestContext.Current.CancellationToken);
            died();
        }

        (await Ifguide.RunAsync(killed.Folder, "run", TinyRun.FileName, "--quiet")).Expect(0);
        Assert.Equal(await Results.DigestsAsync(undisturbed), await Results.DigestsAsync(killed));
    }
}
