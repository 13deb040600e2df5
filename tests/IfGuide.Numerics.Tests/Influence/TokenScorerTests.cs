using IfGuide.Numerics.Influence;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Tests.Goldens;
using IfGuide.Numerics.Tests.Models;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Influence;

public sealed class TokenScorerTests
{
    public static TheoryData<string, string> GoldenSets => new() { { "tiny_neox", "plain" }, { "tiny_neox", "padded" }, { "tiny_llama", "plain" }, { "tiny_llama", "padded" } };

    [Theory]
    [MemberData(nameof(GoldenSets))]
    public void Score_SummedOverTokens_EqualsReferenceSequenceScore(string name, string set)
    {
        using var scope = NewDisposeScope();
        var direction = Golden.Tensors($"{name}/{set}/preconditioned_ekfac_heur_toxic.f64.safetensors");
        var expected = Golden.Array($"{name}/{set}/scores/seq_ekfac_heur_toxic.f64.npy");
        // Directions stored as float32 are rounded by 6e-8.
        var tolerance = direction.Values.All(matrix => matrix.dtype == ScalarType.Float64) ? 1e-9 : 2e-7;
        foreach (var (precision, allowed) in new[] { (ScalarType.Float64, tolerance), (ScalarType.Float32, 5e-5) })
        {
            using var model = Golden.Model(name, precision);
            using var scorer = new TokenScorer(model, direction);
            var scores = scorer.Score(Golden.Batch(name, set));
            Assert.Equal(precision, scores.dtype);
            TensorAssert.Close(expected, scores.sum([1L]), allowed, $"{name} {set} {precision}");
        }
    }

    [Theory]
    [MemberData(nameof(TestModels.Names), MemberType = typeof(TestModels))]
    public void Score_OfRandomModel_EqualsDifferencesOfTokenLosses(string name)
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create(name);
        var (tokens, mask) = (TestModels.Tokens(3, 17), TestModels.Mask(3, 17));
        AssertScores(model, new TokenBatch(tokens, TestModels.Labels(tokens, mask), mask, [0, 1, 2]));
    }

    [Theory]
    [MemberData(nameof(GoldenSets))]
    public void Score_OfGoldenModel_EqualsDifferencesOfTokenLosses(string name, string set)
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model(name);
        AssertScores(model, Golden.Batch(name, set));
    }

    [Fact]
    public void Score_OfSomeLayers_EqualsDifferencesAlongThese()
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create("llama grouped biased");
        var tokens = TestModels.Tokens(2, 9);
        var chosen = model.TrackedLayers.Where(layer => layer.Name.EndsWith("1.self_attn.q_proj", StringComparison.Ordinal)).ToList();
        AssertScores(model, new TokenBatch(tokens, tokens, null, [0, 1]), chosen);
    }

    [Fact]
    public void Score_WithoutLabel_IsZero()
    {
        using var scope = NewDisposeScope();
        var batch = Golden.Batch("tiny_neox", "padded");
        using var model = Golden.Model("tiny_neox");
        using var scorer = new TokenScorer(model, Direction(model.TrackedLayers));
        var scores = scorer.Score(batch);
        var unlabelled = batch.Labels.eq(TokenBatch.NoLabel);
        unlabelled.select(1, 0).fill_(true);
        Assert.Equal(0, scores.masked_select(unlabelled).abs().max().item<double>());
        Assert.True(scores.masked_select(unlabelled.logical_not()).ne(0).all().item<bool>());
    }

    [Fact]
    public void Score_InBFloat16_FollowsFloat64()
    {
        using var scope = NewDisposeScope();
        var batch = Golden.Batch("tiny_llama", "plain");
        using var exact = Golden.Model("tiny_llama");
        using var half = exact.Convert(ScalarType.BFloat16, CPU);
        var direction = Golden.Tensors("tiny_llama/plain/preconditioned_ekfac_heur_toxic.f64.safetensors");
        using var exactScorer = new TokenScorer(exact, direction);
        using var halfScorer = new TokenScorer(half, direction);
        var (expected, actual) = (exactScorer.Score(batch), halfScorer.Score(batch));
        Assert.Equal(ScalarType.Float32, actual.dtype);
        Assert.True(corrcoef(stack([expected.flatten(), actual.to(ScalarType.Float64).flatten()]))[0, 1].item<double>() > 0.995);
    }

    [Fact]
    public void Constructor_GivenForeignLayerOrShape_NamesIt()
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create("neox");
        var layer = model.TrackedLayers[0];
        var foreign = Assert.Throws<ArgumentException>(() => new TokenScorer(model, new Dictionary<string, Tensor> { ["model.norm"] = zeros(1) }));
        Assert.Contains("model.norm", foreign.Message, StringComparison.Ordinal);
        var misshapen = Assert.Throws<ArgumentException>(() => new TokenScorer(model, new Dictionary<string, Tensor> { [layer.Name] = zeros(layer.Outputs, layer.Inputs - 1) }));
        Assert.Contains($"[{layer.Outputs}, {layer.Inputs}]", misshapen.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Score_OfDamagedModel_NamesLayerAndSequences()
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create("neox");
        using var scorer = new TokenScorer(model, Direction(model.TrackedLayers));
        model.TrackedLayers[5].Weight[0, 0] = double.NaN;
        var tokens = TestModels.Tokens(2, 9);
        var failure = Assert.Throws<NonFiniteException>(() => scorer.Score(new TokenBatch(tokens, tokens, null, [40, 41])));
        Assert.Equal((model.TrackedLayers[5].Name, "weight"), (failure.Layer, failure.Quantity));
        Assert.Equal([40L, 41L], failure.SequenceIndices);
    }

    [Fact]
    public void Constructor_GivenInfiniteDirection_NamesLayer()
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create("neox");
        var direction = Direction(model.TrackedLayers);
        direction[model.TrackedLayers[2].Name][1, 1] = double.PositiveInfinity;
        Assert.Equal(model.TrackedLayers[2].Name, Assert.Throws<NonFiniteException>(() => new TokenScorer(model, direction)).Layer);
    }

    private static void AssertScores(CausalLanguageModel model, TokenBatch batch, IReadOnlyList<TrackedLayer>? layers = null)
    {
        var direction = Direction(layers ?? model.TrackedLayers);
        using var scorer = new TokenScorer(model, direction);
        TensorAssert.Close(Derivative.AtZero(step => LossesAt(model, batch, direction, step), 2e-5), scorer.Score(batch), 1e-8);
    }

    private static Tensor LossesAt(CausalLanguageModel model, TokenBatch batch, Dictionary<string, Tensor> direction, double step)
    {
        using var moved = model.Convert(ScalarType.Float64, CPU);
        using var head = new NextTokenHead(moved.Unembedding);
        foreach (var layer in moved.TrackedLayers.Where(layer => direction.ContainsKey(layer.Name)))
        {
            var along = direction[layer.Name].mul(step);
            layer.Weight.add_(along.narrow(1, 0, layer.Weight.shape[1]));
            layer.Bias?.add_(along.select(1, layer.Inputs - 1));
        }

        return head.TokenLosses(moved.Hidden(batch.InputIds, batch.AttentionMask, ForwardPass.Plain).Value, batch.Labels);
    }

    private static Dictionary<string, Tensor> Direction(IEnumerable<TrackedLayer> layers)
    {
        using var generator = new Generator(3);
        return layers.ToDictionary(layer => layer.Name, layer => randn([layer.Outputs, layer.Inputs], ScalarType.Float64, generator: generator));
    }
}
