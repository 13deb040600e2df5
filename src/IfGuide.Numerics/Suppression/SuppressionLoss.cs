using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Suppression;

/// <summary>The suppression objective (paper Eq. 9 and its bounded relatives) on whole logits.</summary>
/// <remarks>It is for checks and small batches; training uses <see cref="SuppressionHead"/>.</remarks>
public static class SuppressionLoss
{
    /// <summary>Counts what the summed objective is divided by.</summary>
    /// <param name="labels">[B, T], int64.</param>
    /// <param name="normalisation">Kind of divisor.</param>
    /// <returns>At least 1.</returns>
    internal static long CountDivisor(Tensor labels, LossNormalisation normalisation)
    {
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = NewDisposeScope();
        if (normalisation == LossNormalisation.Positions)
        {
            return Math.Max(1, labels.shape[0] * (labels.shape[1] - 1));
        }

        return Math.Max(1, labels.Differs(TokenBatch.NoLabel).sum().item<long>());
    }

    /// <summary>Computes objective and gradient from logits. Logits at t predict the label and answer to the selection at t + 1.</summary>
    /// <param name="logits">[B, T, V]; bfloat16 and float16 are computed in float32.</param>
    /// <param name="labels">[B, T], int64; −100 carries no loss.</param>
    /// <param name="selected">[B, T], bool, at the label's index; null: none.</param>
    /// <param name="options">The objective.</param>
    /// <param name="divisor">What the sum is divided by.</param>
    /// <returns>Loss, and its gradient [B, T, V] in the precision of the computation; the last position's is 0.</returns>
    internal static (double Loss, Tensor Gradient) FromLogits(
        Tensor logits, Tensor labels, Tensor? selected, SuppressionOptions options, double divisor)
    {
        ArgumentNullException.ThrowIfNull(logits);
        using var scope = NewDisposeScope();
        var rows = new LabelledRows(labels);
        var wide = logits.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var work = rows.Gather(logits.detach()).to(wide);
        var (objective, _) = ObjectiveRows.Apply(work, rows.Labels, GatherSelected(rows, selected), options, 1 / divisor);
        var sum = objective.to(ScalarType.Float64).sum().item<double>();
        return (sum / divisor, rows.Scatter(work).MoveToOuterDisposeScope());
    }

    /// <summary>Whether each labelled position's label is selected, [rows], bool.</summary>
    internal static Tensor? GatherSelected(LabelledRows rows, Tensor? selected) =>
        selected?.reshape(-1).index_select(0, rows.Places);
}
