using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Influence;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature;

/// <summary>A number that is not finite is caught in the batch it appears in, with layer and sequences.</summary>
public sealed class NonFiniteTests
{
    private const string Damaged = "gpt_neox.layers.1.mlp.dense_4h_to_h";

    public static TheoryData<string> Computations() => ["covariance", "lambda", "query gradient", "position scores"];

    [Theory]
    [MemberData(nameof(Computations))]
    public void NanWeight_ThenNamesItsLayerAndTheBatch(string computation)
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_neox", ScalarType.Float32);
        model.Weights[$"{Damaged}.weight"][3, 40] = float.NaN;
        var failure = Assert.Throws<NonFiniteException>(() => Run(computation, model, Golden.Batch("tiny_neox", "plain").Rows(4, 3)));
        Assert.Equal(computation, failure.Computation);
        Assert.Equal(Damaged, failure.Layer);
        Assert.Equal("weight", failure.Quantity);
        Assert.Equal([4, 5, 6], failure.SequenceIndices);
        Assert.Contains($"'{Damaged}'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("4, 5, 6", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>An infinite embedding reaches only the sequences that hold its token.</summary>
    [Theory]
    [MemberData(nameof(Computations))]
    public void InfiniteEmbedding_ThenNamesTheFirstLayerAndTheSequencesWithThatToken(string computation)
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_neox", ScalarType.Float32);
        var batch = Golden.Batch("tiny_neox", "plain");
        var token = batch.InputIds[6, 3].item<long>();
        model.Weights["gpt_neox.embed_in.weight"][token].fill_(float.PositiveInfinity);
        var holders = Enumerable.Range(0, 20).Where(row => batch.InputIds[row].eq(token).any().item<bool>()).Select(row => (long)row).ToArray();
        Assert.InRange(holders.Length, 1, 19);
        var failure = Assert.Throws<NonFiniteException>(() => Run(computation, model, batch));
        Assert.Equal(model.TrackedLayers[0].Name, failure.Layer);
        Assert.Equal("input", failure.Quantity);
        Assert.Equal(holders, failure.SequenceIndices);
    }

    [Theory]
    [MemberData(nameof(Computations))]
    public void NanUnembedding_ThenSaysWhereItComesFrom(string computation)
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_neox", ScalarType.Float32);
        model.Unembedding.fill_(float.NaN);
        var failure = Assert.Throws<NonFiniteException>(() => Run(computation, model, Golden.Batch("tiny_neox", "plain")));
        Assert.Equal("output gradient", failure.Quantity);
        Assert.Contains("unembedding", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ScoresBeyondTheRange_ThenNamesTheSum()
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_neox", ScalarType.Float32);
        var direction = model.TrackedLayers.ToDictionary(layer => layer.Name, layer => full(layer.Outputs, layer.Inputs, 1e38f));
        using var scorer = new PositionScorer(model, direction);
        var failure = Assert.Throws<NonFiniteException>(() => scorer.Score(Golden.Batch("tiny_neox", "plain")));
        Assert.Equal("sum", failure.Quantity);
    }

    [Fact]
    public void ManySequences_ThenTheMessageStaysShort()
    {
        var failure = new NonFiniteException("covariance", "layer", "input", [.. Enumerable.Range(0, 1000).Select(index => (long)index)], "Remedy.");
        Assert.Contains("and 992 more", failure.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Message.Length, 50, 200);
    }

    private static void Run(string computation, CausalLanguageModel model, TokenBatch batch)
    {
        switch (computation)
        {
            case "covariance":
                using (var sums = new CovarianceAccumulator(model))
                {
                    sums.Add(batch, LabelSource.Empirical);
                }

                break;
            case "lambda":
                using (var sums = new LambdaAccumulator(model, null))
                {
                    sums.Add(batch, LabelSource.Empirical);
                }

                break;
            case "query gradient":
                using (var sums = new QueryGradientAccumulator(model))
                {
                    sums.Add(batch);
                }

                break;
            case "position scores":
                using (var scorer = new PositionScorer(model, AccumulatorPropertyTests.Directions(model)))
                {
                    scorer.Score(batch).Dispose();
                }

                break;
            default:
                throw new ArgumentException(computation);
        }
    }
}
