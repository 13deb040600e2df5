using IfGuide.Numerics.Influence;
using IfGuide.Numerics.Tests.Curvature;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Influence;

public sealed class PositionScorerTests
{
    [Theory]
    [InlineData("tiny_neox")]
    [InlineData("tiny_llama")]
    public void Score_ThenASequenceSumsToItsGradientAlongTheDirection(string family)
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model(family);
        var batch = Golden.Batch(family, "padded");
        var direction = AccumulatorPropertyTests.Directions(model);
        using var scorer = new PositionScorer(model, direction);
        var sums = scorer.Score(batch).sum(1L);
        for (var row = 0; row < 20; row += 4)
        {
            using var gradient = new QueryGradientAccumulator(model);
            gradient.Add(batch.Rows(row, 1));
            var expected = direction.Sum(layer => (layer.Value * gradient.Sums[layer.Key]).sum().item<double>());
            Assert.Equal(expected, sums[row].item<double>(), 1e-10 * Math.Abs(sums.abs().max().item<double>()));
        }
    }

    [Theory]
    [InlineData("tiny_neox")]
    [InlineData("tiny_llama")]
    public void ScoreByLayer_ThenLayersSumToTheScore(string family)
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model(family);
        var batch = Golden.Batch(family, "plain");
        using var scorer = new PositionScorer(model, AccumulatorPropertyTests.Directions(model));
        TensorAssert.Close(scorer.Score(batch), scorer.ScoreByLayer(batch).sum(0L), 1e-13);
    }

    [Theory]
    [InlineData(3, 5, false)]
    [InlineData(3, 5, true)]
    [InlineData(5, 3, false)]
    [InlineData(5, 3, true)]
    public void LayerShare_WhicheverSideIsWider_ThenTheBilinearForm(long inputs, long outputs, bool hasBias)
    {
        using var scope = NewDisposeScope();
        var generator = new Generator(1);
        var a = randn(7, inputs, dtype: ScalarType.Float64, generator: generator);
        var g = randn(7, outputs, dtype: ScalarType.Float64, generator: generator);
        var direction = randn(outputs, hasBias ? inputs + 1 : inputs, dtype: ScalarType.Float64, generator: generator);
        var extended = hasBias ? cat([a, ones(7, 1, dtype: ScalarType.Float64)], 1) : a;
        TensorAssert.Close((g.mm(direction) * extended).sum(1L), LayerPositionScore.Compute(a, g, direction), 1e-14);
    }

    [Fact]
    public void LayerShare_DirectionOfAnotherShape_ThenNamesBoth()
    {
        using var scope = NewDisposeScope();
        var refusal = Assert.Throws<ArgumentException>(() => LayerPositionScore.Compute(ones(2, 3), ones(2, 4), ones(4, 5)));
        Assert.Contains("[4, 5]", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("[4, 3]", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ShiftToLabels_ThenAScoreStandsAtTheTokenItPredicts()
    {
        using var scope = NewDisposeScope();
        var scores = tensor([1f, 2f, 3f, 0f, 4f, 5f, 6f, 0f]).view(2, 4);
        Assert.Equal([0f, 1f, 2f, 3f, 0f, 4f, 5f, 6f], PositionScorer.ShiftToLabels(scores).data<float>().ToArray());
        Assert.Equal([1f, 2f, 3f, 0f, 4f, 5f, 6f, 0f], scores.data<float>().ToArray());
    }

    [Fact]
    public void Constructor_DirectionOfAnotherModel_ThenNamesTheLayer()
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_neox", ScalarType.Float32);
        var direction = AccumulatorPropertyTests.Directions(model);
        var layer = model.TrackedLayers[3];
        Expect(direction.Where(entry => entry.Key != layer.Name).ToDictionary(), layer.Name);
        Expect(new(direction) { [layer.Name] = ones(2, 2) }, layer.Name);
        Expect(new(direction) { ["unknown"] = ones(2, 2) }, "unknown");

        void Expect(Dictionary<string, Tensor> wrong, string name) =>
            Assert.Contains($"'{name}'", Assert.Throws<ArgumentException>(() => new PositionScorer(model, wrong)).Message, StringComparison.Ordinal);
    }
}
