using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Suppression;

/// <summary>Objective and gradients from hidden states, in chunks of rows: logits of a whole batch never exist.</summary>
/// <remarks>
/// Autograd's cross-entropy keeps three [B·T, V] blocks; here one chunk's buffer is reused, the gradient of the hidden states is a product
/// with the unembedding, and the unembedding's own gradient is added in place. Logits and softmax are float32 (float64 for a float64 model).
/// Unlike <see cref="NextTokenHead"/> it stays exact where an objective's slope grows as the loss vanishes, and a bfloat16 model's
/// unembedding gradient may be gathered in float32.
/// </remarks>
/// <param name="options">The objective.</param>
public sealed class SuppressionHead(SuppressionOptions options) : IDisposable
{
    private Tensor? product;
    private Tensor? wide;

    /// <summary>Computes the objective and, when asked, its gradients.</summary>
    /// <param name="hidden">States after the final norm, [B, T, d].</param>
    /// <param name="unembedding">W of logits = h Wᵀ, [V, d], in the precision of the states.</param>
    /// <param name="labels">[B, T], int64; −100 carries no loss.</param>
    /// <param name="selected">[B, T], bool, at the label's index; null: none.</param>
    /// <param name="divisor">What the objective is divided by before differentiating.</param>
    /// <param name="unembeddingGradient">[V, d], of the states' precision or float32; the gradient is added to it. Null: not wanted.</param>
    /// <returns>The sums (not divided), and the gradient in the hidden states, [B, T, d].</returns>
    public (SuppressionSums Sums, Tensor HiddenGradient) Backward(
        Tensor hidden, Tensor unembedding, Tensor labels, Tensor? selected, double divisor, Tensor? unembeddingGradient)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(unembedding);
        using var graph = no_grad();
        using var scope = NewDisposeScope();
        var rows = new LabelledRows(labels);
        var states = rows.Gather(hidden.detach());
        var selectedRows = SuppressionLoss.GatherSelected(rows, selected);
        var weights = unembedding.detach();
        var gradient = empty_like(states);
        var sums = zeros(4, ScalarType.Float64, hidden.device);
        var chunk = CountChunkRows(hidden);
        CreateBuffers(chunk, weights);
        for (long start = 0; start < rows.Count; start += chunk)
        {
            using var inner = NewDisposeScope();
            var taken = Math.Min(chunk, rows.Count - start);
            var own = Cut(states)!;
            var logitsGradient = product!.narrow(0, 0, taken).addmm_(own, weights.t(), 0, 1); // [n, V]
            sums.AddInPlace(Differentiate(logitsGradient, Cut(rows.Labels)!, Cut(selectedRows), 1 / divisor));
            Cut(gradient)!.copy_(logitsGradient.mm(weights));
            AddProduct(unembeddingGradient, logitsGradient, own);

            Tensor? Cut(Tensor? all) => all?.narrow(0, start, taken);
        }

        return (ReadSums(sums, rows.Count), rows.Scatter(gradient).MoveToOuterDisposeScope());
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        product?.Dispose();
        wide?.Dispose();
        (product, wide) = (null, null);
    }

    /// <summary>Rows at a time: 256 measured best in float32 on a CPU.</summary>
    /// <remarks>More where one more pass over [V, d] per chunk must pay.</remarks>
    private static long CountChunkRows(Tensor hidden)
    {
        if (hidden.device_type != DeviceType.CPU)
        {
            return 2048;
        }

        return IsWide(hidden.dtype) ? 256 : 512;
    }

    private static bool IsWide(ScalarType precision) => precision is ScalarType.Float32 or ScalarType.Float64;

    private void CreateBuffers(long chunk, Tensor weights)
    {
        var vocabulary = weights.shape[0];
        if (product?.shape[0] == chunk && product.shape[1] == vocabulary && product.dtype == weights.dtype)
        {
            return;
        }

        Dispose();
        product = empty(chunk, vocabulary, weights.dtype, weights.device).DetachFromDisposeScope();
        if (!IsWide(weights.dtype))
        {
            wide = empty(chunk, vocabulary, ScalarType.Float32, weights.device).DetachFromDisposeScope();
        }
    }

    /// <summary>Replaces logits by the objective's gradient, [n, V], computed in the wide precision; returns the chunk's sums.</summary>
    private Tensor Differentiate(Tensor logits, Tensor labels, Tensor? selected, double scale)
    {
        if (wide is null)
        {
            var (objective, loss) = ObjectiveRows.Apply(logits, labels, selected, options, scale);
            return Sum(objective, loss, selected);
        }

        var wideLogits = wide.narrow(0, 0, logits.shape[0]).copy_(logits);
        var (wideObjective, wideLoss) = ObjectiveRows.Apply(wideLogits, labels, selected, options, scale);
        logits.copy_(wideLogits);
        return Sum(wideObjective, wideLoss, selected);
    }

    /// <summary>Objective, loss, selected loss and selected tokens, [4].</summary>
    private static Tensor Sum(Tensor objective, Tensor loss, Tensor? selected)
    {
        var wideLoss = loss.to(ScalarType.Float64);
        var chosen = selected?.to(ScalarType.Float64) ?? zeros_like(wideLoss);
        var selectedLoss = wideLoss * chosen;
        return stack([objective.to(ScalarType.Float64).sum(), wideLoss.sum(), selectedLoss.sum(), chosen.sum()]);
    }

    private static SuppressionSums ReadSums(Tensor sums, long tokens)
    {
        var values = sums.cpu();
        return new SuppressionSums(
            values[0].item<double>(),
            values[1].item<double>(),
            tokens,
            values[2].item<double>(),
            (long)values[3].item<double>());
    }

    private static void AddProduct(Tensor? sum, Tensor left, Tensor right)
    {
        if (sum is null)
        {
            return;
        }

        if (sum.dtype == left.dtype)
        {
            sum.addmm_(left.t(), right, 1, 1);
        }
        else
        {
            sum.AddInPlace(left.t().mm(right));
        }
    }
}
