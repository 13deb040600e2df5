using IfGuide.Numerics.Training;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Safetensors;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Training;

/// <summary>Checkpoints of one training, beside its final weights: the trainer's state and its curve so far.</summary>
/// <param name="context">The unit.</param>
/// <param name="trainer">What is saved and resumed.</param>
internal sealed class TrainingCheckpoints(UnitContext context, Trainer trainer)
{
    private readonly string prefix = context.Unit.Artifact[..(context.Unit.Artifact.LastIndexOf('/') + 1)];

    /// <summary>Loads the last readable checkpoint; returns its curve, an empty one when there is none.</summary>
    public TrainingCurve Resume()
    {
        foreach (var name in Names().OrderDescending(StringComparer.Ordinal))
        {
            try
            {
                using var scope = NewDisposeScope();
                var state = TensorArchive.Load(context.Store.Fetch(name));
                var curve = TrainingCurve.Of(state);
                trainer.LoadState(state);
                return curve;
            }
            catch (ArtifactCorruptException)
            {
                context.Store.Delete(name); // an older one, or the beginning, gives the same weights
            }
            catch (ArtifactNotFoundException)
            {
                // Another copy of this training has gone on and dropped it.
            }
        }

        return new TrainingCurve();
    }

    /// <summary>Saves the state after the step just taken; keeps the last two, and the last of which the held-out text has spoken well.</summary>
    public void Save(TrainingCurve curve)
    {
        using var scope = NewDisposeScope();
        var state = trainer.SaveState().Concat(curve.ToTensors());
        context.Store.Put(ArtifactNames.CheckpointOf(context.Unit.Artifact, trainer.StepsTaken), stream => TensorArchive.Write(stream, state));
        var names = Names().Order(StringComparer.Ordinal).ToArray();
        var good = curve.Validations.Count == 0 ? null : names.LastOrDefault(name => ArtifactNames.StepOfCheckpoint(name) <= curve.Validations[^1].Step);
        foreach (var name in names.SkipLast(2).Where(name => name != good))
        {
            context.Store.Delete(name);
        }
    }

    /// <summary>Step of the newest checkpoint; null: there is none.</summary>
    public long? Newest() => Names().Select(ArtifactNames.StepOfCheckpoint).Max();

    /// <summary>Deletes the checkpoints after a step; returns the step of the newest that stays, null when none does.</summary>
    public long? KeepUntil(long step)
    {
        foreach (var name in Names().Where(name => ArtifactNames.StepOfCheckpoint(name) > step))
        {
            context.Store.Delete(name);
        }

        return Newest();
    }

    /// <summary>Deletes all checkpoints; the final weights replace them.</summary>
    public void Clear()
    {
        foreach (var name in Names())
        {
            context.Store.Delete(name);
        }
    }

    private string[] Names() => [.. context.Store.List(prefix).Select(artifact => artifact.Name).Where(name => ArtifactNames.StepOfCheckpoint(name) is not null)];
}
