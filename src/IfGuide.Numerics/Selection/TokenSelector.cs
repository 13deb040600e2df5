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
    public static TokenSelection Select(IScoreShards shards, SelectionOptions options) =>
        Survey(shards, new SelectionGrid([options.Quantile], [options.Window], [options.Budget], options.Kind))[0];

    /// <summary>Runs a selection for every cell of a grid, in the same three passes: each equals <see cref="Select"/> with the cell's parameters.</summary>
    /// <param name="shards">Scores; three passes are made over them, and one row is read for each cell.</param>
    /// <param name="grid">The parameters.</param>
    /// <returns>In the order of <see cref="SelectionGrid.Cells"/>; cells of one quantile share the arrays of their ranking.</returns>
    /// <exception cref="ArgumentException">A parameter is outside its range.</exception>
    /// <exception cref="InvalidDataException">A score is not finite, or none counts.</exception>
    public static IReadOnlyList<TokenSelection> Survey(IScoreShards shards, SelectionGrid grid)
    {
        foreach (var options in grid.Cells)
        {
            options.Validate();
        }

        var quantiles = ScoreQuantile.Compute(shards, grid.Quantiles, grid.Kind);
        var rows = RowStatistics.Collect(shards, [.. quantiles.Select(quantile => (float)quantile)], grid);
        var rankings = rows.Select(statistics => RowRanking.Scores(statistics, grid.Kind)).Select(ranks => (Ranks: ranks, Order: RowRanking.Order(ranks))).ToArray();
        return
        [
            .. from q in Enumerable.Range(0, grid.Quantiles.Count)
               from w in Enumerable.Range(0, grid.Windows.Count)
               from budget in grid.Budgets
               let options = new SelectionOptions(grid.Quantiles[q], grid.Windows[w], budget, grid.Kind)
               select Spend(shards, options, quantiles[q], rows[q], w, rankings[q].Ranks, rankings[q].Order),
        ];
    }

    /// <summary>Takes rows in their order until the budget ends.</summary>
    private static TokenSelection Spend(IScoreShards shards, SelectionOptions options, double quantile, RowStatistics rows, int window, double[] ranks, long[] order)
    {
        var threshold = (float)quantile;
        var spanTokens = rows.SpanTokens(window);
        long used = 0;
        long whole = 0;
        while (whole < order.Length && used + spanTokens[(int)order[whole]] <= options.Budget)
        {
            used += spanTokens[(int)order[whole++]];
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
            ExactThreshold = quantile,
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
            walk = SpanWalk.Run(positions.AsSpan(0, found), labelled, scores.Length, options.Window, options.Kind, options.Budget - used, []);
        });
        return (walk.Selected, new BudgetStop(rank, row, walk.Refused));
    }
}
