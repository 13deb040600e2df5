using CsCheck;
using IfGuide.Numerics.Selection;

namespace IfGuide.Numerics.Tests.Selection;

public sealed class TokenSelectorTests
{
    private sealed record Case(float[] Scores, int Length, bool[] Labelled, SelectionOptions Options);

    /// <summary>Few distinct scores make ties; budgets straddle what the spans need; windows reach from 0 past the row.</summary>
    private static readonly Gen<Case> Cases =
        from rows in Gen.Int[1, 12]
        from length in Gen.Int[2, 40]
        from levels in Gen.Int[1, 60]
        from scores in Gen.Int[-levels, levels].Select(i => i * 0.37f).Array[rows * length]
        from labelled in Gen.Bool.Array[rows * length]
        from quantile in Gen.OneOf(Gen.Const(0.0), Gen.Const(1.0), Gen.Double[0, 1], Gen.Double[0.8, 0.999])
        from window in Gen.OneOf(Gen.Int[0, 3], Gen.Int[0, 50])
        from budget in Gen.OneOf(Gen.Long[0, 10], Gen.Long[0, rows * length], Gen.Const(long.MaxValue))
        from isReference in Gen.Bool
        select new Case(scores, length, WithOneLabel(labelled), new SelectionOptions(quantile, window, budget, isReference ? SelectionKind.Reference : SelectionKind.LabelAligned));

    [Fact]
    public void Equals_the_brute_force_selection_on_random_cases() => Cases.Sample(
        c =>
        {
            var (mask, threshold) = BruteForceSelection.Run(c.Scores, c.Length, c.Labelled, c.Options);
            var shards = new ArrayScores(c.Scores, c.Length, 1, 3, c.Labelled);
            var selection = TokenSelector.Select(shards, c.Options);
            return selection.Threshold == threshold
                && selection.SelectedTokens == mask.Count(m => m)
                && GoldenSelectionTests.MaskOf(shards, selection).SequenceEqual(mask);
        },
        iter: 4000);

    [Fact]
    public void Every_cell_of_a_survey_equals_the_selection_with_its_parameters_and_reads_the_scores_no_more_often() => Cases.Sample(
        c =>
        {
            var shards = new ArrayScores(c.Scores, c.Length, 1, 3, c.Labelled);
            var grid = new SelectionGrid([c.Options.Quantile, 0.9, 0.5], [0, c.Options.Window], [c.Options.Budget, 7], c.Options.Kind);
            var counted = new CountedScores(shards);
            var survey = TokenSelector.Survey(counted, grid);
            Assert.True(counted.RowsRead <= 3 * shards.Shape(0).Sequences + survey.Count);
            Assert.Equal(grid.Cells, survey.Select(cell => cell.Options));
            Assert.All(survey, cell => Assert.Equivalent(TokenSelector.Select(shards, cell.Options), cell, strict: true));
        },
        iter: 200);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Does_not_depend_on_shards_or_blocks(bool reference)
    {
        var random = new Random(7);
        var scores = Enumerable.Range(0, 210 * 33).Select(_ => MathF.Round((float)random.NextDouble() * 8, 1)).ToArray();
        var kind = reference ? SelectionKind.Reference : SelectionKind.LabelAligned;
        var options = new SelectionOptions(0.93, 1, 500, kind);
        var whole = new ArrayScores(scores, 33);
        var expected = TokenSelector.Select(whole, options);
        Assert.True(expected.StoppedOnBudget);
        foreach (var shardCount in new[] { 2, 7, 210 })
        {
            foreach (var block in new[] { 1, 64 })
            {
                var shards = new ArrayScores(scores, 33, shardCount, block);
                var selection = TokenSelector.Select(shards, options);
                Assert.Equivalent(expected, selection, strict: true);
                Assert.Equal(GoldenSelectionTests.MaskOf(whole, expected), GoldenSelectionTests.MaskOf(shards, selection));
            }
        }
    }

    [Fact]
    public void A_label_aligned_selection_never_takes_the_first_or_an_unlabelled_position()
    {
        float[] scores = [9, 1, 8, 1, 1, 9, 1, 1, 1, 7];
        bool[] labelled = [true, true, false, true, true, true, false, true, true, true];
        var shards = new ArrayScores(scores, 5, 1, 1, labelled);
        var selection = TokenSelector.Select(shards, new SelectionOptions(0.5, 1, 100, SelectionKind.LabelAligned));
        Assert.Equal(1, selection.Candidates);
        Assert.Equal([false, false, false, false, false, false, false, false, true, true], GoldenSelectionTests.MaskOf(shards, selection));
    }

    [Fact]
    public void A_label_aligned_ranking_does_not_depend_on_the_scale_of_the_scores()
    {
        var random = new Random(3);
        var scores = Enumerable.Range(0, 50 * 20).Select(_ => (float)random.NextDouble()).ToArray();
        var options = new SelectionOptions(0.9, 0, 40, SelectionKind.LabelAligned);
        var tiny = TokenSelector.Select(new ArrayScores([.. scores.Select(s => s * MathF.Pow(2, -40))], 20), options);
        Assert.Equal(TokenSelector.Select(new ArrayScores(scores, 20), options).Order, tiny.Order);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_score_that_is_not_finite_is_refused_by_name(float bad)
    {
        var scores = new float[7 * 11];
        scores[5 * 11 + 9] = bad;
        var error = Assert.Throws<InvalidDataException>(() =>
            TokenSelector.Select(new ArrayScores(scores, 11, 3), new SelectionOptions(0.9, 1, 10, SelectionKind.Reference)));
        Assert.Contains("sequence 5, token 9", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_nan_where_there_is_no_label_is_of_no_concern_to_a_label_aligned_selection()
    {
        float[] scores = [float.NaN, 1, 2, float.NaN, 3, 4];
        var selection = TokenSelector.Select(new ArrayScores(scores, 3), new SelectionOptions(0.5, 0, 10, SelectionKind.LabelAligned));
        Assert.Equal(2.5, selection.ExactThreshold);
        Assert.Equal(2, selection.SelectedTokens);
    }

    [Fact]
    public void Scores_without_any_label_are_refused() => Assert.Throws<InvalidDataException>(() =>
        TokenSelector.Select(new ArrayScores([1, 2], 2, 1, 1, [true, false]), new SelectionOptions(0.5, 0, 1, SelectionKind.LabelAligned)));

    [Theory]
    [InlineData(-0.1, 0, 0)]
    [InlineData(double.NaN, 0, 0)]
    [InlineData(0.5, -1, 0)]
    [InlineData(0.5, 0, -1)]
    public void Parameters_outside_their_ranges_are_refused(double quantile, int window, long budget) => Assert.Throws<ArgumentException>(() =>
        TokenSelector.Select(new ArrayScores([1, 2], 2), new SelectionOptions(quantile, window, budget, SelectionKind.Reference)));

    private static bool[] WithOneLabel(bool[] labelled)
    {
        labelled[1] = true;
        return labelled;
    }
}
