using System.Globalization;
using IfGuide.Numerics.Training;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Models;
using IfGuide.Storage.Safetensors;
using MessagePack;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Training;

/// <summary>Trains one model, with checkpoints: killed at any step and run again, it ends in the same bytes.</summary>
internal static class TrainingUnit
{
    public static void Run(UnitContext context)
    {
        using var scope = NewDisposeScope();
        using var setup = new TrainingSetup(context, context.Unit.Name);
        using var initial = setup.Initial();
        using var trainer = new Trainer(initial, setup.Options, setup.Source);
        var checkpoints = new TrainingCheckpoints(context, trainer);
        var curve = checkpoints.Resume();
        var validation = setup.Validation(trainer.TotalSteps, curve);
        var progress = new TrainingProgress(context, curve);
        progress.Report(trainer);
        try
        {
            validation?.Look(trainer);
            while (trainer.StepsTaken < trainer.TotalSteps)
            {
                var step = trainer.Step();
                if (TrainingCurve.IsLogged(step.Step, trainer.TotalSteps))
                {
                    curve.Add(step);
                }

                validation?.Look(trainer);
                progress.Report(trainer, step);
                if (step.Step % setup.Settings.CheckpointEvery == 0 && step.Step < trainer.TotalSteps)
                {
                    checkpoints.Save(curve);
                }
            }
        }
        catch (NonFiniteStepException exception)
        {
            throw Diverged(context, setup.Variant, exception, checkpoints.Newest());
        }
        catch (DivergedTrainingException exception)
        {
            throw Diverged(context, setup.Variant, exception.Message, checkpoints.KeepUntil(curve.Validations[^1].Step), exception);
        }

        Store(context, setup.Variant, curve, trainer.GetWeights());
        checkpoints.Clear();
    }

    /// <summary>Stores how a training went, then the weights that mark it as done.</summary>
    public static void Store(UnitContext context, string variant, TrainingCurve curve, IReadOnlyDictionary<string, Tensor> weights)
    {
        var record = new TrainingRecord { Variant = variant, Points = curve.Points, Validations = curve.Validations };
        context.Store.Put(ArtifactNames.TrainingLogOf(context.Unit.Artifact), stream => MessagePackSerializer.Serialize(stream, record));
        context.Store.Put(context.Unit.Artifact, stream => TensorArchive.Write(stream, weights, HuggingFaceModel.PyTorchMetadata));
    }

    /// <summary>What stops a training of which a step was not finite.</summary>
    /// <param name="context">The unit.</param>
    /// <param name="variant">What was trained.</param>
    /// <param name="found">What the trainer found.</param>
    /// <param name="kept">Step of the last good checkpoint; null: there is none.</param>
    public static DivergedTrainingException Diverged(UnitContext context, string variant, NonFiniteStepException found, long? kept) =>
        Diverged(context, variant, string.Create(CultureInfo.InvariantCulture, $"its {found.What} is {found.Value} at step {found.Step}"), kept, found);

    /// <summary>What stops a training that has diverged.</summary>
    /// <param name="context">The unit.</param>
    /// <param name="variant">What was trained.</param>
    /// <param name="what">What was found.</param>
    /// <param name="kept">Step of the last good checkpoint; null: there is none.</param>
    /// <param name="cause">What told.</param>
    public static DivergedTrainingException Diverged(UnitContext context, string variant, string what, long? kept, Exception cause)
    {
        var checkpoint = kept is { } step
            ? string.Create(CultureInfo.InvariantCulture, $"The checkpoint after step {step} is kept: 'ifguide export {context.Unit.Run} model --model {variant} --checkpoint --out DIR' takes it out.")
            : "There is no checkpoint before it (training.checkpoint_every).";
        return new DivergedTrainingException($"The training '{variant}' diverged: {what}. {checkpoint} Lower learning_rate, raise warmup, lower gradient_clip, or bound the suppression (objective hinge, unlikelihood or drop; a lower lambda).", cause);
    }
}
