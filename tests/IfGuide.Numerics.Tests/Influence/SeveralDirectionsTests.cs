using IfGuide.Numerics.Influence;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Tests.Models;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Influence;

/// <summary>One pass along several directions gives each the bytes that it has alone: an artifact's bytes must not depend on which behaviours were scored beside it.</summary>
public sealed class SeveralDirectionsTests
{
    private const int Count = 3;

    public static TheoryData<string, ScalarType, long> Cases()
    {
        var cases = new TheoryData<string, ScalarType, long>();
        foreach (var name in TestModels.Names.Select(row => row.Data))
        {
            cases.Add(name, ScalarType.Float32, 17);
            cases.Add(name, ScalarType.BFloat16, 17);
        }

        cases.Add("neox", ScalarType.Float32, 150); // two blocks of queries
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TokenScores_OfSeveralDirections_EqualTheBytesOfEachAlone(string name, ScalarType precision, long length) => AssertEqualBytes(name, precision, length, (model, directions, batch) =>
    {
        using var scorer = new TokenScorer(model, directions);
        return scorer.Scores(batch);
    });

    [Theory]
    [MemberData(nameof(Cases))]
    public void PositionScores_OfSeveralDirections_EqualTheBytesOfEachAlone(string name, ScalarType precision, long length) => AssertEqualBytes(name, precision, length, (model, directions, batch) =>
    {
        using var scorer = new PositionScorer(model, directions);
        return scorer.Scores(batch);
    });

    [Fact]
    public void TokenScores_WhereDirectionsMoveDifferentLayers_EqualThoseOfEachAlone()
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create("neox");
        var all = Direction(model, 1);
        var layers = model.TrackedLayers;
        Dictionary<string, Tensor>[] directions =
        [
            new() { [layers[^1].Name] = all[layers[^1].Name] },
            new() { [layers[0].Name] = all[layers[0].Name] },
            [],
        ];
        var batch = Batch(9);
        using var together = new TokenScorer(model, directions);
        var scores = together.Scores(batch);
        for (var index = 0; index < directions.Length; index++)
        {
            using var alone = new TokenScorer(model, directions[index]);
            Goldens.TensorAssert.Close(alone.Score(batch), scores[index], 1e-12, $"direction {index}");
        }

        Assert.Equal(0, scores[2].abs().max().item<double>());
    }

    private static void AssertEqualBytes(
        string name, ScalarType precision, long length, Func<CausalLanguageModel, IReadOnlyDictionary<string, Tensor>[], TokenBatch, IReadOnlyList<Tensor>> score)
    {
        using var scope = NewDisposeScope();
        using var exact = TestModels.Create(name);
        using var model = exact.Convert(precision, CPU);
        var batch = Batch(length);
        IReadOnlyDictionary<string, Tensor>[] directions = [.. Enumerable.Range(0, Count).Select(index => Direction(model, index))];
        var together = score(model, directions, batch);
        Assert.Equal(Count, together.Count);
        for (var index = 0; index < Count; index++)
        {
            var alone = Assert.Single(score(model, [directions[index]], batch));
            Assert.True(Bytes(alone).SequenceEqual(Bytes(together[index])), $"direction {index}: the scores differ by up to {(alone - together[index]).abs().max().item<float>()}");
            Assert.NotEqual(0, alone.abs().max().item<float>());
        }

        Assert.False(Bytes(together[0]).SequenceEqual(Bytes(together[1])));
    }

    private static TokenBatch Batch(long length)
    {
        var (tokens, mask) = (TestModels.Tokens(3, length), TestModels.Mask(3, length));
        return new TokenBatch(tokens, TestModels.Labels(tokens, mask), mask, [0, 1, 2]);
    }

    private static ReadOnlySpan<byte> Bytes(Tensor tensor) => tensor.contiguous().bytes;

    private static Dictionary<string, Tensor> Direction(CausalLanguageModel model, int index)
    {
        using var generator = new Generator((ulong)index + 3);
        return model.TrackedLayers.ToDictionary(layer => layer.Name, layer => randn([layer.Outputs, layer.Inputs], ScalarType.Float64, generator: generator));
    }
}
