using IfGuide.Numerics.Influence;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Influence;

public sealed class QueryContrastTests
{
    private static readonly Dictionary<GradientNormalisation, double> Expected = new()
    {
        [GradientNormalisation.Sum] = 12 - 5,
        [GradientNormalisation.Sequence] = (12 / 4.0) - (5 / 10.0),
        [GradientNormalisation.Token] = (12 / 6.0) - (5 / 20.0),
    };

    [Theory]
    [InlineData(GradientNormalisation.Sum)]
    [InlineData(GradientNormalisation.Sequence)]
    [InlineData(GradientNormalisation.Token)]
    public void Difference_ThenEachSumByItsOwnCount(GradientNormalisation normalisation)
    {
        using var scope = NewDisposeScope();
        var difference = QueryContrast.Difference(full(2, 3, 12f), new QueryCounts(4, 6), full(2, 3, 5f), new QueryCounts(10, 20), normalisation);
        Assert.Equal(ScalarType.Float64, difference.dtype);
        TensorAssert.Close(full(2, 3, Expected[normalisation], ScalarType.Float64), difference, 1e-15);
    }

    [Theory]
    [InlineData(GradientNormalisation.Sum, 12)]
    [InlineData(GradientNormalisation.Sequence, 12 / 4.0)]
    [InlineData(GradientNormalisation.Token, 12 / 6.0)]
    public void Alone_ThenTheToxicSumByItsCount(GradientNormalisation normalisation, double expected)
    {
        using var scope = NewDisposeScope();
        TensorAssert.Close(full(2, 3, expected, ScalarType.Float64), QueryContrast.Alone(full(2, 3, 12f), new QueryCounts(4, 6), normalisation), 1e-15);
        Assert.Contains("toxic query set", Assert.Throws<ArgumentException>(() => QueryContrast.Alone(ones(2, 2), new QueryCounts(0, 0), normalisation)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Difference_SetsSwapped_ThenScoresFlipTheirSign()
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_llama");
        using var toxic = Query(model, Golden.Batch("tiny_llama", "toxic"));
        using var nontoxic = Query(model, Golden.Batch("tiny_llama", "nontoxic"));
        var batch = Golden.Batch("tiny_llama", "plain");
        TensorAssert.Close(Scores(model, toxic, nontoxic, batch), -Scores(model, nontoxic, toxic, batch), 1e-13);
    }

    [Fact]
    public void Difference_QueriesDuplicated_ThenMeanContrastKeepsTheScores()
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_neox");
        using var toxic = Query(model, Golden.Batch("tiny_neox", "toxic"));
        using var nontoxic = Query(model, Golden.Batch("tiny_neox", "nontoxic"));
        using var twice = Query(model, Golden.Batch("tiny_neox", "toxic"), Golden.Batch("tiny_neox", "toxic"));
        var batch = Golden.Batch("tiny_neox", "plain");
        Assert.Equal(10, twice.Counts.Sequences);
        TensorAssert.Close(Scores(model, toxic, nontoxic, batch), Scores(model, twice, nontoxic, batch), 1e-12);
    }

    [Fact]
    public void Difference_EmptySetOrOtherShape_ThenSaysWhich()
    {
        using var scope = NewDisposeScope();
        var some = new QueryCounts(1, 1);
        Assert.Contains("nontoxic query set", Assert.Throws<ArgumentException>(() => QueryContrast.Difference(ones(2, 2), some, ones(2, 2), new QueryCounts(3, 0), GradientNormalisation.Sum)).Message, StringComparison.Ordinal);
        Assert.Contains("[2, 3]", Assert.Throws<ArgumentException>(() => QueryContrast.Difference(ones(2, 2), some, ones(2, 3), some, GradientNormalisation.Sum)).Message, StringComparison.Ordinal);
    }

    private static QueryGradientAccumulator Query(CausalLanguageModel model, params TokenBatch[] batches)
    {
        var gradient = new QueryGradientAccumulator(model);
        foreach (var batch in batches)
        {
            gradient.Add(batch);
        }

        return gradient;
    }

    private static Tensor Scores(CausalLanguageModel model, QueryGradientAccumulator toxic, QueryGradientAccumulator nontoxic, TokenBatch batch)
    {
        var direction = toxic.Sums.ToDictionary(
            sum => sum.Key,
            sum => QueryContrast.Difference(sum.Value, toxic.Counts, nontoxic.Sums[sum.Key], nontoxic.Counts, GradientNormalisation.Sequence));
        using var scorer = new PositionScorer(model, direction);
        return scorer.Score(batch);
    }
}
