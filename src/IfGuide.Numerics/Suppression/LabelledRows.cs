using static TorchSharp.torch;

namespace IfGuide.Numerics.Suppression;

/// <summary>The positions of a batch that predict a label.</summary>
/// <param name="Index">Row b · T + t of every position whose next label is not −100, [n], int64, ascending.</param>
/// <param name="Labels">What they predict, [n], int64.</param>
/// <param name="Selected">Whether the predicted token is selected, [n], bool; null: none is.</param>
internal sealed record LabelledRows(Tensor Index, Tensor Labels, Tensor? Selected)
{
    /// <summary>Moves labels and selection from the index they stand at to the position that predicts them.</summary>
    public static LabelledRows Of(Tensor labels, Tensor? selected)
    {
        using var scope = NewDisposeScope();
        var next = Shift(labels, TokenBatch.NoLabel);
        var index = next.ne(TokenBatch.NoLabel).nonzero().squeeze(1);
        return new LabelledRows(
            index.MoveToOuterDisposeScope(), next.index_select(0, index).MoveToOuterDisposeScope(),
            selected is null ? null : Shift(selected.to(ScalarType.Bool), 0).index_select(0, index).MoveToOuterDisposeScope());
    }

    private static Tensor Shift(Tensor values, long last) =>
        cat([values.narrow(1, 1, values.shape[1] - 1), full_like(values.narrow(1, 0, 1), last)], 1).reshape(-1);
}
