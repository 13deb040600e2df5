using System.Globalization;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Suppression;
using IfGuide.Numerics.Training;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Records;
using IfGuide.Storage.Models;
using IfGuide.Storage.Safetensors;
using MessagePack;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Units;

/// <summary>Trains one model, with checkpoints: killed at any step and run again, it ends in the same bytes.</summary>
internal static class TrainingUnit
{
    private const int LogPoints = 200;
    private const int LargestMicroBatch = 8;

    public static void Run(UnitContext context)
    {
        using var scope = NewDisposeScope();
        var isProxy = context.Unit.Stage == Stage.TrainProxy;
        var settings = isProxy ? context.Names.ProxyTraining : context.Specification.Training;
        var prepared = isProxy ? context.Inputs.Proxy : context.Inputs.Target!;
        var mask = isProxy ? null : TrainingMask.Of(context);
        using var source = new CorpusSequences(context, mask);
        using var initial = Initial(context, prepared);
        using var trainer = new Trainer(initial, Options(context.Specification, settings, Suppression(context, mask is not null)), source);
        var checkpoints = new TrainingCheckpoints(context, trainer);
        var points = checkpoints.Resume();
        var logEvery = Math.Max(1, trainer.TotalSteps / LogPoints);
        context.Report("steps", trainer.StepsTaken, trainer.TotalSteps);
        while (trainer.StepsTaken < trainer.TotalSteps)
        {
            var step = trainer.Step();
            if (step.Step % logEvery == 0 || step.Step == trainer.TotalSteps)
            {
                points.Add(new TrainingPoint { Step = step.Step, Loss = step.TokenLoss, SelectedLoss = step.SelectedLoss, GradientNorm = step.GradientNorm, LearningRate = step.LearningRate });
            }

            context.Report("steps", step.Step, trainer.TotalSteps, string.Create(CultureInfo.InvariantCulture, $"loss {step.TokenLoss:F3}"));
            if (step.Step % settings.CheckpointEvery == 0 && step.Step < trainer.TotalSteps)
            {
                checkpoints.Save(points);
            }
        }

        var record = new TrainingRecord { Variant = context.Unit.Name, Points = points };
        context.Store.Put(ArtifactNames.TrainingLogOf(context.Unit.Artifact), stream => MessagePackSerializer.Serialize(stream, record));
        context.Store.Put(context.Unit.Artifact, stream => TensorArchive.Write(stream, trainer.Weights(), HuggingFaceModel.PyTorchMetadata));
        checkpoints.Clear();
    }

    private static CausalLanguageModel Initial(UnitContext context, PreparedModel prepared)
    {
        if (prepared.Weights is { } weights)
        {
            return context.Session.Load(context.Store, prepared.Configuration, weights);
        }

        var configuration = HuggingFaceConfiguration.Read(context.Store.Fetch(prepared.Configuration));
        return CausalLanguageModel.Create(configuration, CausalLanguageModel.InitialWeights(configuration, context.Specification.Seed, context.Session.Device));
    }

    private static TrainingOptions Options(RunSpec specification, TrainingSpec settings, SuppressionOptions suppression) => new()
    {
        Epochs = settings.Epochs,
        BatchSize = settings.BatchSize,
        MicroBatchSize = settings.MicroBatchSize ?? Math.Min(settings.BatchSize, LargestMicroBatch),
        LearningRate = settings.LearningRate,
        Seed = specification.Seed,
        Warmup = settings.Warmup,
        WeightDecay = settings.WeightDecay,
        Beta1 = settings.Beta1,
        Beta2 = settings.Beta2,
        GradientClip = settings.GradientClip,
        Precision = settings.Precision == MatrixPrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32,
        Suppression = suppression,
    };

    private static SuppressionOptions Suppression(UnitContext context, bool hasMask)
    {
        var suppression = context.Specification.Suppression;
        return !hasMask ? SuppressionOptions.None
            : context.Unit.Name is not (Variants.Suppressed or Variants.Random) ? new SuppressionOptions(TokenObjective.Drop) // the filters leave tokens out
            : new SuppressionOptions((TokenObjective)suppression.Objective, suppression.PenaltyWeight, suppression.HingeCap);
    }
}
