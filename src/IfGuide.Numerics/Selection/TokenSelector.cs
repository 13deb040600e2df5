namespace IfGuide.Numerics.Selection;

/// <summary>Selects the tokens to suppress (paper Alg. 1) in three passes over the scores and memory proportional to the number of rows.</summary>
/// <remarks>
/// Rows are taken in the order of their rank, each row's spans from left to right; a span is added whole or the selection ends, as in
/// the authors' code (the paper adds token by token, a difference of at most twice the window). The result depends on the scores only,
/// never on how they are cut into shards or blocks.
/// </remarks>
public static class TokenSelector
{
    /// <summary>Runs the selection.</summary>
    /// <param name="shards">Scores; three passes are made over them.</param>
    /// <param name="options">Quantile, window, budget and kind.</param>
    /// <exception cref="ArgumentException">A parameter is outside its range.</exception>
    /// <exception cref="InvalidDataException">A score is not finite, or none counts.</exception>
    public static TokenSelection Select(IScoreShards shards, SelectionOptions options)
    {
        options.Validate();
        var quantile = ScoreQuantile.Of(shards, options.Quantile, options.Kind);
        var threshold = (float)quantile.Exact;
        var rows = RowStatistics.Collect(shards, threshold, options);
        var ranks = RowRanking.Scores(rows, options.Kind);
        var order = RowRanking.Order(ranks);

        long used = 0;
        long whole = 0;
        while (whole < order.Length && used + rows.SpanTokens[(int)order[whole]] <= options.Budget)
        {
            used += rows.SpanTokens[(int)order[whole++]];
        }

        var (lastRowTokens, stop) = whole < order.Length ? WalkLastRow(shards, threshold, options, order, whole, used) : (0, null);
        long candidates = 0;
        foreach (var count in rows.Counts)
        {
            candidates += count;
        }

        return new TokenSelection
        {
            Options = options,
            ExactThreshold = quantile.Exact,
            Threshold = threshold,
            RankScores = ranks,
            Order = order,
            Candidates = candidates,
            SelectedTokens = used + lastRowTokens,
            WholeRows = whole,
            LastRowTokens = lastRowTokens,
            Stop = stop,
        };
    }

    private static (long Tokens, BudgetStop Stop) WalkLastRow(
        IScoreShards shards, float threshold, SelectionOptions options, long[] order, long rank, long used)
    {
        var row = order[rank];
        var within = row;
        var shard = 0;
        while (within >= shards.Shape(shard).Sequences)
        {
            within -= shards.Shape(shard++).Sequences;
        }

        (long Selected, int Refused) walk = default;
        shards.Read(shard, within, 1, (_, scores, labelled) =>
        {
            var positions = new int[scores.Length];
            var found = CandidateScan.Find(scores, labelled, threshold, options.Kind, positions);
            walk = SpanWalk.Run(positions.AsSpan(0, found), labelled, scores.Length, options, options.Budget - used, []);
        });
        return (walk.Selected, new BudgetStop(rank, row, walk.Refused));
    }
}
