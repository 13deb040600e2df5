using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Training;
using IfGuide.Storage.Artifacts;
using IfGuide.Tests.Shared;
using MessagePack;

namespace IfGuide.Pipeline.Tests.Training;

public sealed class TrainingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A hinge without a cap takes it from held-out text: stopped before the first checkpoint, on one, and between two, the caps and so the bytes are the same.</summary>
    [Fact]
    public async Task StoppedAtManySteps_AHingeCappedByHeldOutText_EndsInTheSameBytes()
    {
        var specification = Validated(TinyRun.Create(folder.Path)) with { Suppression = new SuppressionSpec { Objective = SuppressionObjective.Hinge } };
        LocalArtifactStore undisturbed = new(folder.File("one")), disturbed = new(folder.File("two"));
        var names = new LocalRun(undisturbed).Execute(specification, until: Stage.Train);
        new LocalRun(disturbed).Execute(specification, until: Stage.Select);
        var unit = await UnitAsync(disturbed, specification, "suppressed");
        foreach (var step in new[] { 0, 3, 5, 9, 10, 14, 21 })
        {
            using var cancellation = new CancellationTokenSource();
            using var executor = new UnitExecutor(disturbed, "cpu");
            Assert.ThrowsAny<OperationCanceledException>(() => executor.Execute(unit, new At(step, cancellation.Cancel), cancellation.Token));
        }

        Assert.Contains(await NamesAsync(disturbed), name => ArtifactNames.StepOfCheckpoint(name) == 20);
        new LocalRun(disturbed).Execute(specification, until: Stage.Train);
        var weights = names.TrainedWeights("suppressed");
        Assert.Equal((await undisturbed.FindAsync(weights))!.Digest, (await disturbed.FindAsync(weights))!.Digest);
        var log = ArtifactNames.TrainingLogOf(weights);
        Assert.Equal((await undisturbed.FindAsync(log))!.Digest, (await disturbed.FindAsync(log))!.Digest);
        Assert.DoesNotContain(await NamesAsync(disturbed), name => ArtifactNames.StepOfCheckpoint(name) is not null);

        var record = MessagePackSerializer.Deserialize<TrainingRecord>(await File.ReadAllBytesAsync(await undisturbed.FetchAsync(log)));
        Assert.Equal([0L, 4, 8, 12, 16, 20, 24], record.Validations.Select(point => point.Step).Take(7));
        Assert.True(record.Validations[0].Loss > record.Validations[^1].Loss + 0.5, "the training learned nothing of held-out text");
        Assert.Equal(record.Points[^1].Step, record.Validations[^1].Step);
    }

    [Fact]
    public void HeldOutText_DeterminesTheWeightsOfAHingeAlone()
    {
        var specification = TinyRun.Create(folder.Path);
        var inputs = new LocalRun(new LocalArtifactStore(folder.File("store")));
        var names = inputs.Execute(specification, until: Stage.Prepare);
        var hinged = inputs.Execute(specification with { Suppression = new SuppressionSpec { Objective = SuppressionObjective.Hinge } }, until: Stage.Prepare);
        var capped = inputs.Execute(specification with { Suppression = new SuppressionSpec { Objective = SuppressionObjective.Hinge, HingeCap = 3 } }, until: Stage.Prepare);
        Assert.Null(names.HeldOut("suppressed"));
        Assert.EndsWith("perplexity.jsonl", hinged.HeldOut("suppressed"), StringComparison.Ordinal);
        Assert.Null(hinged.HeldOut("base"));
        Assert.Null(capped.HeldOut("suppressed"));

        var validated = inputs.Execute(Validated(specification), until: Stage.Prepare);
        var looser = inputs.Execute(Validated(specification) with { Training = Validated(specification).Training with { Divergence = 5 } }, until: Stage.Prepare);
        Assert.EndsWith("validation.jsonl", validated.HeldOut("base"), StringComparison.Ordinal);
        Assert.NotEqual(names.TrainedWeights("base"), validated.TrainedWeights("base"));
        Assert.Equal(validated.TrainedWeights("base"), looser.TrainedWeights("base"));
        Assert.Equal(names.ProxyWeights, validated.ProxyWeights);
    }

    [Fact]
    public async Task HeldOutLossThatRisesTooFar_StopsTheTraining_AndKeepsTheLastGoodCheckpoint()
    {
        var specification = Validated(TinyRun.Create(folder.Path));
        specification = specification with { Training = specification.Training with { LearningRate = 1, Warmup = 1, GradientClip = 0, ValidateEvery = 2, CheckpointEvery = 2, Divergence = 0.05 } };
        var store = new LocalArtifactStore(folder.File("store"));
        var failure = Assert.Throws<DivergedTrainingException>(() => new LocalRun(store).Execute(specification, until: Stage.Train));
        Assert.Contains("The training 'base' diverged: its loss on held-out text is", failure.Message, StringComparison.Ordinal);
        Assert.Contains("more than 0.05 (training.divergence) above the lowest", failure.Message, StringComparison.Ordinal);
        Assert.Contains("export tiny model --model base --checkpoint", failure.Message, StringComparison.Ordinal);
        var kept = (await NamesAsync(store)).Max(ArtifactNames.StepOfCheckpoint);
        Assert.Contains($"after step {kept} is kept", failure.Message, StringComparison.Ordinal);
        Assert.Equal(failure.Message, Assert.Throws<DivergedTrainingException>(() => new LocalRun(store).Execute(specification, until: Stage.Train)).Message);
    }

    [Fact]
    public async Task Progress_TellsHowTheTrainingStands()
    {
        var specification = Validated(TinyRun.Create(folder.Path));
        var store = new LocalArtifactStore(folder.File("store"));
        new LocalRun(store).Execute(specification, until: Stage.Select);
        var told = new List<TrainingFigures>();
        using var executor = new UnitExecutor(store, "cpu");
        executor.Execute(await UnitAsync(store, specification, "suppressed"), new Collect(told));
        Assert.All(told, figures => Assert.True(figures is { Unit: "suppressed", Loss: > 0, ValidationLoss: > 0, GradientNorm: > 0, TokensPerSecond: > 0 }, figures.ToString()));
        Assert.Contains(told, figures => figures.SelectedLoss > 0);
    }

    private static RunSpec Validated(RunSpec specification) =>
        specification with { Training = specification.Training with { Epochs = 3, Validation = specification.Evaluation!.Perplexity, ValidateEvery = 4 } };

    private static async Task<UnitReference> UnitAsync(LocalArtifactStore store, RunSpec specification, string variant)
    {
        using var executor = new UnitExecutor(store, "cpu");
        var name = await SpecificationStore.PutAsync(store, specification);
        var inputs = executor.Execute(RunPlan.Preparation(specification, name));
        return RunPlan.Create(specification, name, await PreparedInputs.LoadAsync(store, inputs), inputs).Single(stage => stage.Stage == Stage.Train).Units.Single(unit => unit.Name == variant);
    }

    private static async Task<List<string>> NamesAsync(LocalArtifactStore store)
    {
        var names = new List<string>();
        await foreach (var artifact in store.ListAsync("train/"))
        {
            names.Add(artifact.Name);
        }

        return names;
    }

    private sealed class At(long steps, Action act) : IProgress<UnitProgress>
    {
        public void Report(UnitProgress value)
        {
            if (value.Measure == "steps" && value.Done >= steps)
            {
                act();
            }
        }
    }

    private sealed class Collect(List<TrainingFigures> told) : IProgress<UnitProgress>
    {
        public void Report(UnitProgress value)
        {
            if (value.Training is { } figures)
            {
                told.Add(figures);
            }
        }
    }
}
