using IfGuide.Numerics.Models.Operations;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Head;

/// <summary>Unembedding, softmax and cross-entropy by hand: no [B, T, V] tensor and no graph.</summary>
/// <remarks>
/// It computes 256 rows of logits at a time in one reused buffer.
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

    /// <summary>Computes the loss of each label.</summary>
    /// <param name="hidden">States after the final norm, [B, T, d].</param>
    /// <param name="labels">Unshifted labels, [B, T] int64; −100 carries no loss.</param>
    /// <returns>L_j at label index, [B, T], float32 or float64, in the caller's scope.</returns>
    public Tensor TokenLosses(Tensor hidden, Tensor labels)
    {
        using var constant = no_grad();
        using var scope = NewDisposeScope();
        var rows = new LabelledRows(labels);
        var losses = empty([rows.Count], WidePrecision, hidden.device);
        ForEachChunk(rows.Gather(hidden), rows.Labels, chunk => Select(losses, chunk).copy_(ComputeLosses(chunk)));
        return rows.PlaceAtLabels(losses).MoveToOuterDisposeScope();
    }

    /// <summary>Computes losses and the gradient of their sum at the hidden states, (softmax − onehot) W.</summary>
    /// <param name="hidden">States after the final norm, [B, T, d].</param>
    /// <param name="batch">Labels, and the sequence indices that sampling counts by.</param>
    /// <param name="sampling">Draw the labels from the model instead, wherever the batch has one; null: the batch's own.</param>
    /// <param name="weighting">
    /// For an objective Σ_j F(L_j): from losses [n] and their flat places n T + j, [n], to dF/dL, [n]; null: 1.
    /// </param>
    /// <param name="unembeddingGradient">Accumulates d(objective)/dW in place, [V, d] of W's precision; null: not computed.</param>
    /// <returns>Losses, gradient and labels, in the caller's scope.</returns>
    public HeadGradient Gradient(
        Tensor hidden,
        TokenBatch batch,
        LabelSampling? sampling = null,
        Func<Tensor, Tensor, Tensor>? weighting = null,
        Tensor? unembeddingGradient = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var constant = no_grad();
        using var scope = NewDisposeScope();
        var rows = new LabelledRows(batch.Labels);
        var uniforms = DrawUniforms(sampling, batch, rows);
        var losses = empty([rows.Count], WidePrecision, hidden.device);
        var labels = rows.Labels.clone();
        var gradients = empty([rows.Count, hidden.shape[2]], hidden.dtype, hidden.device);
        ForEachChunk(rows.Gather(hidden), sampling is null ? labels : null, chunk =>
        {
            var chosen = Select(labels, chunk);
            if (uniforms is not null)
            {
                chunk = DrawLabels(chunk, chosen, uniforms);
            }

            var loss = ComputeLosses(chunk);
            Select(losses, chunk).copy_(loss);
            var weight = weighting?.Invoke(loss, Select(rows.Places, chunk)) ?? ones_like(loss);
            Select(gradients, chunk).copy_(ComputeGradient(chunk, chosen).mul_(weight.unsqueeze(1)));
            AddUnembeddingGradient(unembeddingGradient, chunk, chosen, weight);
        });
        return new HeadGradient(
            rows.PlaceAtLabels(losses).MoveToOuterDisposeScope(),
            rows.Scatter(gradients).MoveToOuterDisposeScope(),
            rows.PlaceAtLabels(labels, TokenBatch.NoLabel).MoveToOuterDisposeScope());
    }

    /// <summary>Computes directional derivatives of each label's loss, L̇_j = ((softmax − onehot) W) · ḣ.</summary>
    /// <remarks>The first factor is computed once for all directions.</remarks>
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
            Tensor?[] moved = [.. hidden.Tangents.Select(tangent => tangent is null ? null : rows.Gather(tangent))];
            ForEachChunk(rows.Gather(hidden.Value), rows.Labels, chunk =>
                FollowDirections(results, moved, chunk, ComputeGradient(chunk, Select(rows.Labels, chunk))));
        }

        return [.. results.Select(result => rows.PlaceAtLabels(result).MoveToOuterDisposeScope())];
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        buffer?.Dispose();
        wideBuffer?.Dispose();
        (buffer, wideBuffer) = (null, null);
    }

    /// <summary>The chunk's part of a tensor with one entry or row per label.</summary>
    private static Tensor Select(Tensor all, HeadChunk chunk) => all.narrow(0, chunk.From, chunk.Hidden.shape[0]);

    private static double[]? DrawUniforms(LabelSampling? sampling, TokenBatch batch, LabelledRows rows)
    {
        if (sampling is null)
        {
            return null;
        }

        return LabelSampler.DrawUniforms(sampling, batch.SequenceIndices, rows.Places, batch.Labels.shape[1]);
    }

    /// <summary>Writes labels drawn from the model's prediction over the given ones, [n].</summary>
    private static HeadChunk DrawLabels(HeadChunk chunk, Tensor labels, double[] uniforms)
    {
        var own = uniforms.AsSpan((int)chunk.From, (int)chunk.Hidden.shape[0]);
        labels.copy_(LabelSampler.Draw(chunk.Exponentials, own));
        var shifted = chunk.Exponentials.gather(1, labels.unsqueeze(1)).squeeze(1).log_();
        return chunk with { Shifted = shifted };
    }

    /// <summary>Writes each direction's derivatives, [n], from the gradient at the states, [n, d].</summary>
    private static void FollowDirections(Tensor[] results, Tensor?[] moved, HeadChunk chunk, Tensor gradient)
    {
        for (var index = 0; index < results.Length; index++)
        {
            if (moved[index] is { } tangent)
            {
                Select(results[index], chunk).copy_(gradient.mul(Select(tangent, chunk)).sum([1L]));
            }
        }
    }

    private static Tensor ComputeLosses(HeadChunk chunk) => chunk.Sums.log().sub_(chunk.Shifted!);

    /// <summary>(softmax − onehot) W, [n, d]: the exponentials are normalised after the product, where there is less to divide.</summary>
    private Tensor ComputeGradient(HeadChunk chunk, Tensor labels)
    {
        var product = Wide.Of(ConvertToModelPrecision(chunk.Exponentials).mm(unembedding));
        return product.div_(chunk.Sums.unsqueeze(1)).sub_(unembedding.index_select(0, labels));
    }

    /// <summary>Adds (softmax − onehot)ᵀ h, weighted.</summary>
    private void AddUnembeddingGradient(Tensor? total, HeadChunk chunk, Tensor labels, Tensor weight)
    {
        if (total is null)
        {
            return;
        }

        var wide = Wide.Of(chunk.Hidden);
        var scaled = wide.mul(weight.div(chunk.Sums).unsqueeze(1)).to(total.dtype);
        total.addmm_(ConvertToModelPrecision(chunk.Exponentials).t(), scaled);
        total.AddRowsInPlace(labels, wide.mul(weight.unsqueeze(1)).to(total.dtype), -1);
    }

    private Tensor ConvertToModelPrecision(Tensor exponentials)
    {
        if (!isHalf)
        {
            return exponentials;
        }

        return buffer!.narrow(0, 0, exponentials.shape[0]).copy_(exponentials);
    }

    /// <summary>Computes the exponentials of each chunk of rows, [rows, d], and hands them over.</summary>
    private void ForEachChunk(Tensor rows, Tensor? labels, Action<HeadChunk> visit)
    {
        CreateBuffers();
        for (var from = 0L; from < rows.shape[0]; from += ChunkRows)
        {
            using var scope = NewDisposeScope();
            var hidden = rows.narrow(0, from, Math.Min(ChunkRows, rows.shape[0] - from));
            var values = ComputeLogits(hidden);
            values.sub_(values.amax([1], true));
            var shifted = labels is null ? null : GatherLabels(values, labels.narrow(0, from, hidden.shape[0]));
            values.exp_();
            visit(new HeadChunk(from, hidden, values, values.sum([1L]), shifted));
        }
    }

    private void CreateBuffers()
    {
        long[] shape = [ChunkRows, unembedding.shape[0]];
        buffer ??= empty(shape, unembedding.dtype, unembedding.device).DetachFromDisposeScope();
        if (isHalf)
        {
            wideBuffer ??= empty(shape, WidePrecision, unembedding.device).DetachFromDisposeScope();
        }
    }

    /// <summary>h Wᵀ in the wide precision, [n, V]; a view of a buffer.</summary>
    private Tensor ComputeLogits(Tensor hidden)
    {
        var count = hidden.shape[0];
        var logits = buffer!.narrow(0, 0, count).addmm_(hidden, unembedding.t(), 0, 1);
        if (wideBuffer is null)
        {
            return logits;
        }

        return wideBuffer.narrow(0, 0, count).copy_(logits);
    }

    private static Tensor GatherLabels(Tensor values, Tensor labels) => values.gather(1, labels.unsqueeze(1)).squeeze(1);
}
