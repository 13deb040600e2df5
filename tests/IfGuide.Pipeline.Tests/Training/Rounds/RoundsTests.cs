using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Training;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Safetensors;
using IfGuide.Tests.Shared;
using MessagePack;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Tests.Training.Rounds;

/// <summary>Training in rounds of several workers.</summary>
public sealed class RoundsTests : IDisposable
{
    private const int Workers = 2;
    private const int LocalSteps = 6;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Two silos that share the units, workers in any order, units that are stopped midway and begin again, and some that are computed twice: the bytes of one undisturbed silo.</summary>
    [Fact]
    public async Task WhoeverComputesThem_AndHoweverOften_RoundsEndInTheSameBytes()
    {
        var specification = InRounds(TinyRun.Create(folder.Path)) with { Suppression = new SuppressionSpec { Objective = SuppressionObjective.Hinge } };
        LocalArtifactStore undisturbed = new(folder.File("one")), disturbed = new(folder.File("two"));
        var names = new LocalRun(undisturbed).Execute(specification, until: Stage.Train);
        new LocalRun(disturbed).Execute(specification, until: Stage.Select);
        var stage = await StageAsync(disturbed, specification, Stage.Train);
        using var first = new UnitExecutor(disturbed, "cpu");
        using var second = new UnitExecutor(disturbed, "cpu");
        foreach (var (number, wave) in stage.Waves.Index())
        {
            foreach (var (place, unit) in wave.Reverse().Index())
            {
                if (place == number % wave.Count)
                {
                    using var cancellation = new CancellationTokenSource();
                    Stop(number % 2 == 0 ? first : second, unit, cancellation, after: number % LocalSteps);
                }

                var silo = (number + place) % 2 == 0 ? first : second;
                silo.Execute(unit);
                if (place == 0 && unit.Name.Contains("worker", StringComparison.Ordinal))
                {
                    await disturbed.DeleteAsync(unit.Artifact); // as if its end had never been told
                    silo.Execute(unit);
                }
            }
        }

        foreach (var model in new[] { "base", "suppressed" })
        {
            var weights = names.TrainedWeights(model);
            foreach (var artifact in new[] { weights, ArtifactNames.TrainingLogOf(weights), ArtifactNames.CommunicationOf(weights) })
            {
                Assert.Equal((await undisturbed.FindAsync(artifact))!.Digest, (await disturbed.FindAsync(artifact))!.Digest);
            }
        }

        var left = await NamesAsync(disturbed);
        Assert.Equal(await NamesAsync(undisturbed), left);
        Assert.DoesNotContain(left, name => name.Contains("round-", StringComparison.Ordinal));
        var record = Read<TrainingRecord>(await undisturbed.FetchAsync(ArtifactNames.TrainingLogOf(names.TrainedWeights("suppressed"))));
        Assert.Equal(record.Points[^1].Step, record.Validations[^1].Step);
        Assert.Equal(record.Points.Count, record.Points.Select(point => point.Step).Distinct().Count());
        Assert.True(record.Validations[0].Loss > record.Validations[^1].Loss + 0.5, "the training learned nothing of held-out text");
    }

    /// <summary>Each round's weights are those that Nesterov's formula, written out in float64, makes of the changes that the workers stored.</summary>
    [Fact]
    public async Task EachRound_IsTheOuterStepOfItsWorkersMeanChange()
    {
        var (specification, store) = Prepared();
        using var executor = new UnitExecutor(store, "cpu");
        var velocity = new Dictionary<string, double[]>();
        Dictionary<string, float[]>? before = null;
        foreach (var wave in (await StageAsync(store, specification, Stage.TrainProxy)).Waves.Take(7)) // rounds 0 to 3
        {
            foreach (var unit in wave)
            {
                executor.Execute(unit);
            }

            if (wave.Count == Workers)
            {
                continue;
            }

            var round = wave[0].Artifact[..(wave[0].Artifact.LastIndexOf('/') + 1)];
            var files = await NamesAsync(store, round);
            var after = await FloatsAsync(store, files.Single(name => ArtifactNames.StepOfCheckpoint(name) is not null), "weight.");
            if (before is not null)
            {
                var deltas = await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => FloatsAsync(store, $"{round}worker-{worker}.delta.safetensors", "delta.")));
                foreach (var (name, weight) in before)
                {
                    var speed = velocity.TryGetValue(name, out var known) ? known : velocity[name] = new double[weight.Length];
                    for (var i = 0; i < weight.Length; i++)
                    {
                        var mean = ((double)deltas[0][name][i] + deltas[1][name][i]) / Workers;
                        speed[i] = (0.9 * speed[i]) + mean;
                        Assert.Equal(weight[i] - (0.7 * (mean + (0.9 * speed[i]))), after[name][i], 1e-6);
                        speed[i] = (float)speed[i]; // as it is stored
                    }
                }
            }

            before = after;
        }

        Assert.Contains(velocity.Values, speed => speed.Any(value => value != 0));
    }

    /// <summary>Each round begins with the mean of the optimizer states that the last one's workers ended in.</summary>
    [Fact]
    public async Task EachRound_GoesOnFromItsWorkersMeanOptimizerState()
    {
        var (specification, store) = Prepared();
        using var executor = new UnitExecutor(store, "cpu");
        var waves = (await StageAsync(store, specification, Stage.TrainProxy)).Waves;
        foreach (var unit in waves.Take(3).SelectMany(wave => wave)) // rounds 0 and 1
        {
            executor.Execute(unit);
        }

        var round = waves[2][0].Artifact[..(waves[2][0].Artifact.LastIndexOf('/') + 1)];
        foreach (var kind in new[] { "first_moment.", "second_moment." })
        {
            var workers = await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => FloatsAsync(store, $"{round}worker-{worker}.moments.safetensors", kind)));
            var mean = await FloatsAsync(store, $"{round}moments.safetensors", kind);
            Assert.All(mean, moment => Assert.Equal(workers[0][moment.Key].Zip(workers[1][moment.Key], (first, second) => (float)(((double)first + second) / Workers)), moment.Value));
            Assert.Contains(mean.Keys, name => !workers[0][name].SequenceEqual(workers[1][name]));
        }

        await store.DeleteAsync($"{round}moments.safetensors");
        Assert.Throws<ArtifactNotFoundException>(() => executor.Execute(waves[3][0]));
    }

    /// <summary>The numbers of the last two rounds stay, so that a damaged artifact costs one round; those before them go.</summary>
    [Fact]
    public async Task OnlyTheLastRoundsNumbersStay_AndWhatIsDoneIsNotComputedAgain()
    {
        var (specification, store) = Prepared(validated: false);
        using var executor = new UnitExecutor(store, "cpu");
        var stage = await StageAsync(store, specification, Stage.TrainProxy);
        foreach (var unit in stage.Waves.Take(9).SelectMany(wave => wave))
        {
            executor.Execute(unit);
        }

        var numbers = (await NamesAsync(store)).Where(name => name.EndsWith(".safetensors", StringComparison.Ordinal)).Select(name => name.Split('/')[^2]).Distinct();
        Assert.Equal(["round-00003", "round-00004"], numbers);
        var names = new LocalRun(store).Execute(specification, until: Stage.TrainProxy);
        Assert.Equal(3, (await NamesAsync(store)).Count);
        Assert.All(stage.Units, unit => executor.Execute(unit)); // their inputs are gone, and nobody needs them
        Assert.Equal(3, (await NamesAsync(store)).Count);

        var told = Read<TrainingCommunication>(await store.FetchAsync(ArtifactNames.CommunicationOf(names.ProxyWeights)));
        var model = (await store.FindAsync(names.ProxyWeights))!.Length;
        Assert.Equal((Workers, LocalSteps, (stage.Waves.Count - 1) / 2), (told.Workers, told.LocalSteps, told.Rounds));
        Assert.InRange((double)told.WeightBytes / (told.Rounds * model), (2 * Workers) + Workers + 2, 1.1 * ((2 * Workers) + Workers + 2)); // W + 1 reads and a write of weights, W writes and reads of changes; curves beside them
        var moments = told.StateBytes / (2.0 * model); // a state has two moments of each weight
        Assert.InRange(moments / (told.Rounds - 1), 3 * Workers, 1.1 * ((3 * Workers) + 1)); // W writes, W reads of them and a write of their mean, W reads of that
    }

    [Fact]
    public async Task HeldOutLossThatRisesTooFar_StopsTheRounds_AndKeepsTheLastGoodWeights()
    {
        var specification = InRounds(TinyRun.Create(folder.Path));
        specification = specification with { Proxy = specification.Proxy with { Training = specification.Proxy.Training! with { LearningRate = 1, Warmup = 1, GradientClip = 0, ValidateEvery = 1, LocalSteps = 1, Divergence = 0.05 } } };
        var store = new LocalArtifactStore(folder.File("store"));
        var failure = Assert.Throws<DivergedTrainingException>(() => new LocalRun(store).Execute(specification, until: Stage.TrainProxy));
        Assert.Contains("The training 'proxy' diverged: its loss on held-out text is", failure.Message, StringComparison.Ordinal);
        var kept = (await NamesAsync(store)).Max(ArtifactNames.StepOfCheckpoint);
        Assert.Contains($"The checkpoint after step {kept} is kept: 'ifguide export tiny model --model proxy --checkpoint --out DIR'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(failure.Message, Assert.Throws<DivergedTrainingException>(() => new LocalRun(store).Execute(specification, until: Stage.TrainProxy)).Message);
    }

    [Fact]
    public void Settings_DetermineTheWeights_OnlyWhereThereAreRounds()
    {
        var specification = TinyRun.Create(folder.Path);
        var run = new LocalRun(new LocalArtifactStore(folder.File("store")));
        string Weights(Func<TrainingSpec, TrainingSpec> change) => run.Execute(specification with { Training = change(specification.Training) }, until: Stage.Prepare).TrainedWeights("base");
        var alone = Weights(training => training);
        Assert.Equal(alone, Weights(training => training with { Workers = 1, LocalSteps = 3, OuterMomentum = 0.5 }));
        var two = Weights(training => training with { Workers = 2 });
        Assert.Equal(two, Weights(training => training with { Workers = 2, LocalSteps = TrainingSpec.DefaultLocalSteps, OuterLearningRate = TrainingSpec.DefaultOuterLearningRate, OuterMomentum = TrainingSpec.DefaultOuterMomentum, CheckpointEvery = 3 }));
        Assert.Equal(6, new[]
        {
            alone, two,
            Weights(training => training with { Workers = 3 }),
            Weights(training => training with { Workers = 2, LocalSteps = 3 }),
            Weights(training => training with { Workers = 2, OuterLearningRate = 0.4 }),
            Weights(training => training with { Workers = 2, OuterMomentum = 0.4 }),
        }.Distinct().Count());
    }

    private (RunSpec Specification, LocalArtifactStore Store) Prepared(bool validated = true)
    {
        var (specification, store) = (InRounds(TinyRun.Create(folder.Path), validated), new LocalArtifactStore(folder.File("store")));
        new LocalRun(store).Execute(specification, until: Stage.Prepare);
        return (specification, store);
    }

    private static RunSpec InRounds(RunSpec specification, bool validated = true)
    {
        var training = specification.Training with { Epochs = 6, Workers = Workers, LocalSteps = LocalSteps, OuterLearningRate = 0.7, OuterMomentum = 0.9, Validation = validated ? specification.Evaluation!.Perplexity : null };
        return specification with { Training = training, Proxy = specification.Proxy with { Training = training } };
    }

    private static void Stop(UnitExecutor executor, UnitReference unit, CancellationTokenSource cancellation, int after)
    {
        try
        {
            executor.Execute(unit, new At(after, cancellation.Cancel), cancellation.Token);
        }
        catch (OperationCanceledException)
        {
            // stopped midway; a merge may have been faster
        }
    }

    private static async Task<StagePlan> StageAsync(LocalArtifactStore store, RunSpec specification, Stage stage)
    {
        using var executor = new UnitExecutor(store, "cpu");
        var name = await SpecificationStore.PutAsync(store, specification);
        var inputs = executor.Execute(RunPlan.Preparation(specification, name));
        return RunPlan.Create(specification, name, await PreparedInputs.LoadAsync(store, inputs), inputs).Single(planned => planned.Stage == stage);
    }

    private static async Task<Dictionary<string, float[]>> FloatsAsync(LocalArtifactStore store, string artifact, string prefix)
    {
        using var scope = NewDisposeScope();
        return TensorArchive.Load(await store.FetchAsync(artifact)).Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value.data<float>().ToArray());
    }

    private static async Task<List<string>> NamesAsync(LocalArtifactStore store, string prefix = "train/")
    {
        var names = new List<string>();
        await foreach (var artifact in store.ListAsync(prefix))
        {
            names.Add(artifact.Name);
        }

        return names;
    }

    private static T Read<T>(string path) => MessagePackSerializer.Deserialize<T>(File.ReadAllBytes(path));

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
}
