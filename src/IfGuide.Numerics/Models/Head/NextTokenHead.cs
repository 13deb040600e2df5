using IfGuide.Numerics.Models.Operations;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Head;

/// <summary>Unembedding, softmax and cross-entropy by hand, 256 rows of logits at a time in one reused buffer: no [B, T, V] tensor and no graph.</summary>
/// <remarks>
/// Losses are summed, L = Σ_j −log softmax(W h_{j−1})[label_j]. Everything is laid out at the label's index j: column 0 is 0.
/// Softmax and losses are float32 (float64 for a float64 model), also for a bfloat16 model. Owns its buffers, borrows W.
/// </remarks>
/// <param name="unembedding">W, [V, d].</param>
public sealed class NextTokenHead(Tensor unembedding) : IDisposable
{
    private const long ChunkRows = 256; // measured: smaller chunks lose GEMM efficiency, larger ones only memory

    private readonly bool isHalf = unembedding.dtype is ScalarType.BFloat16 or ScalarType.Float16;
    private Tensor? buffer;
    private Tensor? wideBuffer;

    private ScalarType WidePrecision => isHalf ? ScalarType.Float32 : unembedding.dtype;

    /// <summary>Loss of each label.</summary>
    /// <param name="hidden">States after the final norm, [B, T, d].</param>
    /// <param name="labels">Unshifted labels, [B, T] int64; −100 carries no loss.</param>
    /// <returns>L_j at label index, [B, T], float32 or float64, in the caller's scope.</returns>
    public Tensor TokenLosses(Tensor hidden, Tensor labels)
    {
        using var constant = no_grad();
        using var scope = NewDisposeScope();
        var rows = new LabelledRows(labels);
        var losses = empty([rows.Count], WidePrecision, hidden.device);
        ForEachChunk(rows.Gather(hidden), rows.Labels, chunk => losses.narrow(0, chunk.From, chunk.Hidden.shape[0]).copy_(Losses(chunk)));
        return rows.AtLabels(losses).MoveToOuterDisposeScope();
    }

    /// <summary>Losses and the gradient of their sum at the hidden states, (softmax − onehot) W.</summary>
    /// <param name="hidden">States after the final norm, [B, T, d].</param>
    /// <param name="batch">Labels, and the sequence indices that sampling counts by.</param>
    /// <param name="sampling">Draw the labels from the model instead, wherever the batch has one; null: the batch's own.</param>
    /// <param name="weighting">For an objective Σ_j F(L_j): from losses [n] and their flat places n T + j, [n], to dF/dL, [n]; null: 1.</param>
    /// <param name="unembeddingGradient">Accumulates d(objective)/dW in place, [V, d] of W's precision; null: not computed.</param>
    /// <returns>Losses, gradient and labels, in the caller's scope.</returns>
    public HeadGradient Gradient(Tensor hidden, TokenBatch batch, LabelSampling? sampling = null, Func<Tensor, Tensor, Tensor>? weighting = null, Tensor? unembeddingGradient = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var constant = no_grad();
        using var scope = NewDisposeScope();
        var rows = new LabelledRows(batch.Labels);
        var uniforms = sampling is null ? null : LabelSampler.Uniforms(sampling, batch.SequenceIndices, rows.Places, batch.Labels.shape[1]);
        var losses = empty([rows.Count], WidePrecision, hidden.device);
        var labels = rows.Labels.clone();
        var gradients = empty([rows.Count, hidden.shape[2]], hidden.dtype, hidden.device);
        ForEachChunk(rows.Gather(hidden), sampling is null ? labels : null, chunk =>
        {
            var count = chunk.Hidden.shape[0];
            var chosen = labels.narrow(0, chunk.From, count);
            if (uniforms is not null)
            {
                chosen.copy_(LabelSampler.Draw(chunk.Exponentials, uniforms.AsSpan((int)chunk.From, (int)count)));
                chunk = chunk with { Shifted = chunk.Exponentials.gather(1, chosen.unsqueeze(1)).squeeze(1).log_() };
            }

            var loss = Losses(chunk);
            losses.narrow(0, chunk.From, count).copy_(loss);
            var weight = weighting?.Invoke(loss, rows.Places.narrow(0, chunk.From, count)) ?? ones_like(loss);
            gradients.narrow(0, chunk.From, count).copy_(Gradient(chunk, chosen).mul_(weight.unsqueeze(1)));
            if (unembeddingGradient is not null)
            {
                AddUnembeddingGradient(unembeddingGradient, chunk, chosen, weight);
            }
        });
        var result = new HeadGradient(rows.AtLabels(losses), rows.Scatter(gradients), rows.AtLabels(labels, TokenBatch.NoLabel));
        result.Losses.MoveToOuterDisposeScope();
        result.Hidden.MoveToOuterDisposeScope();
        result.Labels.MoveToOuterDisposeScope();
        return result;
    }

    /// <summary>Directional derivatives of each label's loss, L̇_j = ((softmax − onehot) W) · ḣ; the first factor is computed once for all directions.</summary>
    /// <param name="hidden">States and their tangents, [B, T, d].</param>
    /// <param name="labels">Unshifted labels, [B, T] int64.</param>
    /// <returns>For each direction L̇_j at label index, [B, T], float32 or float64; 0 without a label. In the caller's scope.</returns>
    public IReadOnlyList<Tensor> Tangents(Dual hidden, Tensor labels)
    {
        using var constant = no_grad();
        using var scope = NewDisposeScope();
        var rows = new LabelledRows(labels);
        var results = hidden.Tangents.Select(_ => zeros([rows.Count], WidePrecision, hidden.Value.device)).ToArray();
        if (!hidden.IsConstant)
        {
            var moved = hidden.Tangents.Select(tangent => tangent is null ? null : rows.Gather(tangent)).ToArray();
            ForEachChunk(rows.Gather(hidden.Value), rows.Labels, chunk =>
            {
                var count = chunk.Hidden.shape[0];
                var gradient = Gradient(chunk, rows.Labels.narrow(0, chunk.From, count));
                for (var index = 0; index < results.Length; index++)
                {
                    if (moved[index] is { } tangent)
                    {
                        results[index].narrow(0, chunk.From, count).copy_(gradient.mul(tangent.narrow(0, chunk.From, count)).sum([1L]));
                    }
                }
            });
        }

        return [.. results.Select(result => rows.AtLabels(result).MoveToOuterDisposeScope())];
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        buffer?.Dispose();
        wideBuffer?.Dispose();
        (buffer, wideBuffer) = (null, null);
    }

    private static Tensor Losses(HeadChunk chunk) => chunk.Sums.log().sub_(chunk.Shifted!);

    /// <summary>(softmax − onehot) W, [n, d]: the exponentials are normalised after the product, where there is less to divide.</summary>
    private Tensor Gradient(HeadChunk chunk, Tensor labels) =>
        Wide.Of(InModelPrecision(chunk.Exponentials).mm(unembedding)).div_(chunk.Sums.unsqueeze(1)).sub_(unembedding.index_select(0, labels));

    /// <summary>(softmax − onehot)ᵀ h, weighted.</summary>
    private void AddUnembeddingGradient(Tensor total, HeadChunk chunk, Tensor labels, Tensor weight)
    {
        var wide = Wide.Of(chunk.Hidden);
        var scaled = wide.mul(weight.div(chunk.Sums).unsqueeze(1)).to(total.dtype);
        total.addmm_(InModelPrecision(chunk.Exponentials).t(), scaled);
        total.AddRowsInPlace(labels, wide.mul(weight.unsqueeze(1)).to(total.dtype), -1);
    }

    private Tensor InModelPrecision(Tensor exponentials) =>
        isHalf ? buffer!.narrow(0, 0, exponentials.shape[0]).copy_(exponentials) : exponentials;

    /// <summary>Computes the exponentials of each chunk of rows, [rows, d], and hands them over.</summary>
    private void ForEachChunk(Tensor rows, Tensor? labels, Action<HeadChunk> visit)
    {
        var vocabulary = unembedding.shape[0];
        buffer ??= empty([ChunkRows, vocabulary], unembedding.dtype, unembedding.device).DetachFromDisposeScope();
        wideBuffer ??= isHalf ? empty([ChunkRows, vocabulary], WidePrecision, unembedding.device).DetachFromDisposeScope() : null;
        for (var from = 0L; from < rows.shape[0]; from += ChunkRows)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(ChunkRows, rows.shape[0] - from);
            var hidden = rows.narrow(0, from, count);
            var logits = buffer.narrow(0, 0, count).addmm_(hidden, unembedding.t(), 0, 1);
            var values = wideBuffer is null ? logits : wideBuffer.narrow(0, 0, count).copy_(logits);
            values.sub_(values.amax([1], true));
            var shifted = labels is null ? null : values.gather(1, labels.narrow(0, from, count).unsqueeze(1)).squeeze(1);
            values.exp_();
            visit(new HeadChunk(from, hidden, values, values.sum([1L]), shifted));
        }
    }
}
