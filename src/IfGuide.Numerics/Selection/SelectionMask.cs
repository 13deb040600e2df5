namespace IfGuide.Numerics.Selection;

/// <summary>Receives consecutive rows of a mask.</summary>
/// <param name="firstRow">Index, within the shard, of the first row of this block.</param>
/// <param name="mask">Whole rows: true where a token is selected.</param>
public delegate void MaskBlock(long firstRow, ReadOnlySpan<bool> mask);

/// <summary>Masks of a selection, row by row from the scores.</summary>
public sealed class SelectionMask
{
    private readonly IScoreShards shards;
    private readonly TokenSelection selection;
    private readonly bool[] whole;
    private readonly long lastRow;

    /// <summary>Prepares the masks of a selection.</summary>
    /// <param name="shards">The scores that the selection was made on, in any sharding.</param>
    /// <param name="selection">Its outcome.</param>
    public SelectionMask(IScoreShards shards, TokenSelection selection)
    {
        this.shards = shards;
        this.selection = selection;
        whole = new bool[selection.Order.Length];
        for (long rank = 0; rank < selection.WholeRows; rank++)
        {
            whole[selection.Order[rank]] = true;
        }

        lastRow = selection.Stop?.Row ?? -1;
    }

    /// <summary>Writes the masks of one shard's rows.</summary>
    /// <param name="shard">Index of the shard.</param>
    /// <param name="write">Called with consecutive blocks, the first at row 0; its span is valid during the call only.</param>
    /// <returns>Selected tokens of the shard.</returns>
    public long Write(int shard, MaskBlock write)
    {
        long first = 0;
        for (var s = 0; s < shard; s++)
        {
            first += shards.Shape(s).Sequences;
        }

        var (sequences, length) = shards.Shape(shard);
        var positions = new int[length];
        long selected = 0;
        shards.Read(shard, 0, sequences, (row, scores, labelled) =>
        {
            var mask = new bool[scores.Length];
            for (var r = 0; r < scores.Length / length; r++)
            {
                var range = (r * length)..((r + 1) * length);
                selected += WriteRow(first + row + r, scores[range], labelled.IsEmpty ? labelled : labelled[range], mask.AsSpan(range), positions);
            }

            write(row, mask);
        });
        return selected;
    }

    /// <summary>Whether a row may hold selected tokens.</summary>
    /// <param name="row">Index of the row within the corpus.</param>
    public bool Reaches(long row) => whole[row] || row == lastRow;

    /// <summary>Sets the mask of one row where tokens are selected.</summary>
    /// <param name="row">Index of the row within the corpus.</param>
    /// <param name="scores">Its scores.</param>
    /// <param name="labelled">Which of its positions carry a label; empty: all.</param>
    /// <param name="mask">Its mask, false everywhere.</param>
    /// <param name="positions">Room for as many numbers as the row has tokens.</param>
    /// <returns>Selected tokens of the row.</returns>
    public long WriteRow(long row, ReadOnlySpan<float> scores, ReadOnlySpan<bool> labelled, Span<bool> mask, int[] positions)
    {
        var budget = whole[row] ? long.MaxValue : row == lastRow ? selection.LastRowTokens : 0;
        if (budget == 0)
        {
            return 0;
        }

        var found = CandidateScan.Find(scores, labelled, selection.Threshold, selection.Options.Kind, positions);
        var (window, kind) = (selection.Options.Window, selection.Options.Kind);
        return SpanWalk.Run(positions.AsSpan(0, found), labelled, scores.Length, window, kind, budget, mask).Selected;
    }
}
