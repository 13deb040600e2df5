using System.Globalization;
using IfGuide.Numerics.Training;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Records;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Safetensors;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Units;

/// <summary>Checkpoints of one training, beside its final weights: the trainer's state and the loss curve so far.</summary>
/// <param name="context">The unit.</param>
/// <param name="trainer">What is saved and resumed.</param>
internal sealed class TrainingCheckpoints(UnitContext context, Trainer trainer)
{
    private const string Curve = "curve";
    private readonly string prefix = context.Unit.Artifact[..(context.Unit.Artifact.LastIndexOf('/') + 1)];

    /// <summary>Loads the last readable checkpoint; returns its loss curve, empty when there is none.</summary>
    public List<TrainingPoint> Resume()
    {
        foreach (var name in Names().OrderDescending(StringComparer.Ordinal))
        {
            try
            {
                using var scope = NewDisposeScope();
                var state = TensorArchive.Load(context.Store.Fetch(name));
                var points = Points(state[Curve]);
                trainer.LoadState(state);
                return points;
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

        return [];
    }

    /// <summary>Saves the state after the step just taken, and drops the checkpoint before the last.</summary>
    public void Save(IReadOnlyList<TrainingPoint> points)
    {
        using var scope = NewDisposeScope();
        var state = trainer.SaveState().Append(KeyValuePair.Create(Curve, Tensor(points)));
        context.Store.Put(string.Create(CultureInfo.InvariantCulture, $"{prefix}checkpoint-{trainer.StepsTaken:D9}.safetensors"), stream => TensorArchive.Write(stream, state));
        foreach (var name in Names().Order(StringComparer.Ordinal).SkipLast(2))
        {
            context.Store.Delete(name);
        }
    }

    /// <summary>Deletes all checkpoints; the final weights replace them.</summary>
    public void Clear()
    {
        foreach (var name in Names())
        {
            context.Store.Delete(name);
        }
    }

    private string[] Names() =>
        [.. context.Store.List(prefix).Select(artifact => artifact.Name).Where(name => name.StartsWith(prefix + "checkpoint-", StringComparison.Ordinal))];

    private static Tensor Tensor(IReadOnlyList<TrainingPoint> points) => tensor(
        points.SelectMany(point => new[] { point.Step, point.Loss, point.SelectedLoss ?? double.NaN, point.GradientNorm, point.LearningRate }).ToArray(),
        [points.Count, 5]);

    private static List<TrainingPoint> Points(Tensor curve)
    {
        var values = curve.data<double>().ToArray();
        return [.. Enumerable.Range(0, values.Length / 5).Select(row => values.AsSpan(row * 5, 5).ToArray()).Select(row => new TrainingPoint
        {
            Step = (long)row[0],
            Loss = row[1],
            SelectedLoss = double.IsNaN(row[2]) ? null : row[2],
            GradientNorm = row[3],
            LearningRate = row[4],
        })];
    }
}
