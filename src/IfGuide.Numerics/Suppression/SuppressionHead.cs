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
        var selectedRows = SuppressionLoss.SelectedAt(rows, selected);
        var weights = unembedding.detach();
        var gradient = empty_like(states);
        var sums = zeros(4, ScalarType.Float64, hidden.device);
        var chunk = ChunkRows(hidden);
        for (long start = 0; start < rows.Count; start += chunk)
        {
            using var inner = NewDisposeScope();
            var taken = Math.Min(chunk, rows.Count - start);
            var own = states.narrow(0, start, taken);
            var (logits, narrow) = Buffers(taken, chunk, weights);
            narrow.addmm_(own, weights.t(), 0, 1);
            Copy(narrow, logits);
            var chosen = selectedRows?.narrow(0, start, taken);
            var (objective, loss) = ObjectiveRows.Apply(logits, rows.Labels.narrow(0, start, taken), chosen, options, 1 / divisor);
            sums.AddInPlace(Sum(objective, loss, chosen));
            Copy(logits, narrow);
            gradient.narrow(0, start, taken).copy_(narrow.mm(weights));
            AddProduct(unembeddingGradient, narrow, own);
        }

        var values = sums.cpu();
        return (
            new SuppressionSums(values[0].item<double>(), values[1].item<double>(), rows.Count, values[2].item<double>(), (long)values[3].item<double>()),
            rows.Scatter(gradient).MoveToOuterDisposeScope());
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        product?.Dispose();
        wide?.Dispose();
        (product, wide) = (null, null);
    }

    /// <summary>Rows at a time: 256 measured best in float32 on a CPU; wider where one more pass over [V, d] per chunk must pay.</summary>
    private static long ChunkRows(Tensor hidden) => hidden.device_type != DeviceType.CPU ? 2048 : IsWide(hidden.dtype) ? 256 : 512;

    private static bool IsWide(ScalarType precision) => precision is ScalarType.Float32 or ScalarType.Float64;

    private (Tensor Wide, Tensor Product) Buffers(long rows, long chunk, Tensor weights)
    {
        if (product is null || product.shape[0] != chunk || product.shape[1] != weights.shape[0] || product.dtype != weights.dtype)
        {
            Dispose();
            product = empty(chunk, weights.shape[0], weights.dtype, weights.device).DetachFromDisposeScope();
            wide = IsWide(weights.dtype) ? null : empty(chunk, weights.shape[0], ScalarType.Float32, weights.device).DetachFromDisposeScope();
        }

        var narrow = product.narrow(0, 0, rows);
        return (wide?.narrow(0, 0, rows) ?? narrow, narrow);
    }

    private static void Copy(Tensor from, Tensor to)
    {
        if (!ReferenceEquals(from, to))
        {
            to.copy_(from);
        }
    }

    private static Tensor Sum(Tensor objective, Tensor loss, Tensor? selected)
    {
        var wideLoss = loss.to(ScalarType.Float64);
        var chosen = selected is null ? zeros_like(wideLoss) : selected.to(ScalarType.Float64);
        return stack([objective.to(ScalarType.Float64).sum(), wideLoss.sum(), (wideLoss * chosen).sum(), chosen.sum()]);
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
