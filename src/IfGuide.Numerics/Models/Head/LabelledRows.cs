using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Head;

/// <summary>The positions that predict a label: row t of sequence n predicts <c>labels[n, t + 1]</c>.</summary>
/// <remarks>Only they cost a row of logits.</remarks>
internal sealed class LabelledRows
{
    private readonly long batch;
    private readonly long length;
    private readonly Tensor predictors;

    public LabelledRows(Tensor labels)
    {
        (batch, length) = (labels.shape[0], labels.shape[1]);
        var found = labels.narrow(1, 1, length - 1).Differs(TokenBatch.NoLabel).nonzero();
        Sequences = found.select(1, 0);
        predictors = found.select(1, 0).Times(length).AddInPlace(found.select(1, 1));
        Places = predictors.Plus(1);
        Labels = labels.reshape(-1).index_select(0, Places);
    }

    /// <summary>Number of labels.</summary>
    public long Count => Labels.shape[0];

    /// <summary>The labels, [rows].</summary>
    public Tensor Labels { get; }

    /// <summary>Sequence of each row in the batch, [rows].</summary>
    public Tensor Sequences { get; }

    /// <summary>n T + j of each label, [rows].</summary>
    public Tensor Places { get; }

    /// <summary>Rows of [B, T, d] that predict a label, [rows, d].</summary>
    public Tensor Gather(Tensor hidden) => hidden.reshape(batch * length, -1).index_select(0, predictors);

    /// <summary>Inverse of <see cref="Gather"/> with zeros elsewhere, [B, T, d].</summary>
    public Tensor Scatter(Tensor rows)
    {
        var all = zeros([batch * length, rows.shape[1]], rows.dtype, rows.device);
        return all.index_copy_(0, predictors, rows).view(batch, length, -1);
    }

    /// <summary>Puts one number per label at its index, [B, T].</summary>
    public Tensor PlaceAtLabels(Tensor values, double elsewhere = 0)
    {
        var all = empty([batch * length], values.dtype, values.device).FillInPlace(elsewhere);
        return all.index_copy_(0, Places, values).view(batch, length);
    }
}
