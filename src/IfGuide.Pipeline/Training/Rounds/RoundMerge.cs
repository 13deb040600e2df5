using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Training;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Models;
using IfGuide.Storage.Safetensors;
using MessagePack;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Training.Rounds;

/// <summary>The end of a round: the workers' changes become one outer step, on the processor and in the workers' order. The last one ends the training.</summary>
/// <param name="context">The unit.</param>
/// <param name="setup">The training.</param>
/// <param name="files">Its artifacts.</param>
internal sealed class RoundMerge(UnitContext context, TrainingSetup setup, RoundFiles files)
{
    private const string VelocityPrefix = "velocity.";
    private readonly TrainingRounds rounds = files.Rounds;

    /// <summary>Round 0: the weights that the first workers start from.</summary>
    public void Begin()
    {
        using var initial = setup.Initial();
        var state = new RoundState { Weights = initial.Weights, Curve = new TrainingCurve(), Traffic = default };
        Look(state.Curve, 0, 0, initial.Weights);
        state.Save(context, files.Weights(0));
        files.Mark(0);
    }

    public void Run(int round)
    {
        context.Report("steps", 0, 0);
        var before = RoundState.Load(context, files.Weights(round - 1));
        var workers = Enumerable.Range(0, rounds.Workers).Select(worker => SafetensorsFile.Open(context.Store.Fetch(files.Delta(round, worker)))).ToArray();
        var velocities = round == 1 ? null : SafetensorsFile.Open(context.Store.Fetch(files.Velocity(round - 1)));
        try
        {
            Merge(round, before, workers, velocities);
        }
        finally
        {
            foreach (var file in workers.Append(velocities))
            {
                file?.Dispose();
            }

            foreach (var weight in before.Weights.Values)
            {
                weight.Dispose();
            }
        }
    }

    private void Merge(int round, RoundState before, IReadOnlyList<SafetensorsFile> workers, SafetensorsFile? velocities)
    {
        var optimizer = new OuterOptimizer(rounds.OuterLearningRate, rounds.OuterMomentum);
        var (weights, speeds) = (new Dictionary<string, Tensor>(), new Dictionary<string, Tensor>());
        foreach (var (name, weight) in before.Weights)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            (weights[name], speeds[VelocityPrefix + name]) = optimizer.Step(
                weight, velocities is null ? null : TensorArchive.Load(velocities, VelocityPrefix + name), workers.Select(worker => TensorArchive.Load(worker, RoundWorker.DeltaPrefix + name)));
        }

        RoundSteps[] steps = [.. workers.Select(worker => RoundSteps.Of(RoundSteps.Names.ToDictionary(name => name, name => TensorArchive.Load(worker, name))))];
        before.Curve.Points.AddRange(RoundSteps.Merge(steps));
        Look(before.Curve, round, rounds.StepsAfter(round - 1), weights);
        if (round == rounds.Last)
        {
            End(before.Curve, Traffic(before.Traffic, round, steps), weights);
            return;
        }

        context.Store.Put(files.Velocity(round), stream => TensorArchive.Write(stream, speeds));
        StoreMoments(round);
        new RoundState { Weights = weights, Curve = before.Curve, Traffic = Traffic(before.Traffic, round, steps) }.Save(context, files.Weights(round));
        files.DropBefore(round, before.Curve);
        files.Mark(round);
    }

    /// <summary>The mean of the workers' optimizer states, from which all of them go on.</summary>
    private void StoreMoments(int round)
    {
        using var scope = NewDisposeScope();
        var workers = Enumerable.Range(0, rounds.Workers).Select(worker => SafetensorsFile.Open(context.Store.Fetch(files.Moments(round, worker)))).ToArray();
        try
        {
            var state = workers[0].Tensors.Keys.ToDictionary(name => name, name => Mean(name, workers));
            context.Store.Put(files.Moments(round), stream => TensorArchive.Write(stream, state));
        }
        finally
        {
            foreach (var file in workers)
            {
                file.Dispose();
            }
        }
    }

    private static Tensor Mean(string name, SafetensorsFile[] workers)
    {
        if (name == Trainer.StepName) // the same of all
        {
            return TensorArchive.Load(workers[0], name);
        }

        using var mean = WorkerMean.Compute(workers.Select(worker => TensorArchive.Load(worker, name)));
        return mean.to(ScalarType.Float32);
    }

    /// <summary>Measures held-out text, when it is time to.</summary>
    private void Look(TrainingCurve curve, int round, long from, IReadOnlyDictionary<string, Tensor> weights)
    {
        try
        {
            setup.Validation(rounds.Steps, curve)?.Look(from, rounds.StepsAfter(round), heldOut => Measure(heldOut, weights));
        }
        catch (DivergedTrainingException exception)
        {
            throw TrainingUnit.Diverged(context, setup.Variant, exception.Message, files.KeepUntil(curve.Validations[^1].Step, round), exception);
        }
    }

    private double Measure(ITrainingSequences heldOut, IReadOnlyDictionary<string, Tensor> weights)
    {
        var placed = weights.ToDictionary(
            weight => weight.Key, weight => weight.Value.to(setup.Settings.Precision == MatrixPrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32, context.Session.Device, copy: true));
        using var model = CausalLanguageModel.Create(HuggingFaceConfiguration.Read(context.Store.Fetch(setup.Prepared.Configuration)), placed);
        return HeldOutLoss.Measure(model, heldOut, setup.Options.MicroBatchSize);
    }

    /// <remarks>Each worker reads the weights and the state and stores its change and its state; the merge reads the weights, the changes and the states and stores the weights and the state.</remarks>
    private RoundTraffic Traffic(RoundTraffic before, int round, IEnumerable<RoundSteps> steps)
    {
        var workers = Enumerable.Range(0, rounds.Workers).ToArray();
        var weights = files.Length(files.Weights(round - 1));
        var deltas = workers.Sum(worker => files.Length(files.Delta(round, worker)));
        var read = round == 1 ? 0 : rounds.Workers * files.Length(files.Moments(round - 1));
        var state = read + (round == rounds.Last ? 0 : (2 * workers.Sum(worker => files.Length(files.Moments(round, worker)))) + files.Length(files.Moments(round)));
        return new RoundTraffic(before.Tokens + steps.Sum(worker => worker.Tokens), before.WeightBytes + (weights * (rounds.Workers + 2)) + (2 * deltas), before.StateBytes + state);
    }

    private void End(TrainingCurve curve, RoundTraffic traffic, IReadOnlyDictionary<string, Tensor> weights)
    {
        var communication = new TrainingCommunication
        {
            Workers = rounds.Workers,
            LocalSteps = rounds.LocalSteps,
            Rounds = rounds.Last,
            Tokens = traffic.Tokens,
            WeightBytes = traffic.WeightBytes,
            StateBytes = traffic.StateBytes,
        };
        context.Store.Put(ArtifactNames.CommunicationOf(context.Unit.Artifact), stream => MessagePackSerializer.Serialize(stream, communication));
        TrainingUnit.Store(context, setup.Variant, curve, weights);
        files.Clear();
    }
}
