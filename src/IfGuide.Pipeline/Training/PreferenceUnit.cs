using System.Globalization;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Preference;
using IfGuide.Numerics.Training;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Models;
using IfGuide.Storage.Safetensors;
using MessagePack;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Training;

/// <summary>The baseline of direct preference optimisation: the trained base model, tuned to prefer the nontoxic queries.</summary>
/// <remarks>It sees a few thousand short texts, so it saves no checkpoints: interrupted, it begins again and gives the same bytes.</remarks>
internal static class PreferenceUnit
{
    public static void Run(UnitContext context)
    {
        using var scope = NewDisposeScope();
        var pairs = PreferencePairs.Of(context);
        if (pairs.Count == 0)
        {
            throw new UserErrorException("evaluation.compare: dpo needs toxic and nontoxic queries to pair, and found none. Give both query sets, or leave dpo out.");
        }

        var settings = context.Specification.Evaluation?.Dpo ?? new DpoSpec();
        using var start = context.Session.Load(context.Store, context.Inputs.Target!.Configuration, context.Names.TrainedWeights(Variants.Base));
        using var trainer = new PreferenceTrainer(start, Options(settings, context.Specification.Seed), settings.Beta, pairs);
        var points = new List<TrainingPoint>();
        context.Report("steps", 0, trainer.TotalSteps);
        while (trainer.StepsTaken < trainer.TotalSteps)
        {
            var step = trainer.Step();
            points.Add(new TrainingPoint { Step = step.Step, Loss = step.Loss, GradientNorm = step.GradientNorm, LearningRate = step.LearningRate });
            context.Report("steps", step.Step, trainer.TotalSteps, string.Create(CultureInfo.InvariantCulture, $"loss {step.Loss:F3}, {step.Preferred:P0} preferred"));
        }

        var record = new TrainingRecord { Variant = context.Unit.Name, Points = points };
        context.Store.Put(ArtifactNames.TrainingLogOf(context.Unit.Artifact), stream => MessagePackSerializer.Serialize(stream, record));
        context.Store.Put(context.Unit.Artifact, stream => TensorArchive.Write(stream, trainer.GetWeights(), HuggingFaceModel.PyTorchMetadata));
    }

    private static TrainingOptions Options(DpoSpec settings, ulong seed) => new()
    {
        Epochs = settings.Epochs,
        BatchSize = settings.BatchSize,
        MicroBatchSize = Math.Min(settings.BatchSize, TrainingSetup.LargestMicroBatch),
        LearningRate = settings.LearningRate,
        Seed = seed,
        Warmup = 0, // few steps: a warm-up would leave none
        WeightDecay = 0,
    };
}
