using IfGuide.Numerics.Selection;

namespace IfGuide.Pipeline.Selection;

/// <summary>Tokens around candidates (paper Alg. 1).</summary>
internal sealed class TokenChoice(StoredScores scores, TokenSelection selection) : ISelectionChoice
{
    private readonly SelectionMask mask = new(scores, selection);

    public float Threshold => selection.Threshold;

    public long Candidates => selection.Candidates;

    public long SelectedTokens => selection.SelectedTokens;

    public bool StoppedOnBudget => selection.StoppedOnBudget;

    public long[] Order => selection.Order;

    public static TokenChoice Of(StoredScores scores, SelectionOptions options) => new(scores, TokenSelector.Select(scores, options));

    public void Write(int shard, MaskBlock write) => mask.Write(shard, write);
}
