using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Numerics.Randomness;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Models;

public sealed class ModelWeightsTests
{
    [Fact]
    public void Create_WithMissingTensor_NamesIt() =>
        AssertRefused(weights => weights.Remove("gpt_neox.layers.1.mlp.dense_h_to_4h.bias"), "lack 1 tensors", "gpt_neox.layers.1.mlp.dense_h_to_4h.bias");

    [Fact]
    public void Create_WithUnexpectedTensor_NamesIt() =>
        AssertRefused(weights => weights["gpt_neox.layers.2.mlp.dense_h_to_4h.bias"] = zeros(3), "unexpected 1 tensors", "gpt_neox.layers.2.mlp.dense_h_to_4h.bias");

    [Fact]
    public void Create_WithWrongShape_NamesBothShapes() =>
        AssertRefused(weights => weights["embed_out.weight"] = zeros(61, 25), "embed_out.weight", "[61, 25]", "[61, 24]");

    [Fact]
    public void Create_WithMixedPrecision_NamesTensor() =>
        AssertRefused(weights => weights["embed_out.weight"] = zeros(61, 24, ScalarType.BFloat16), "embed_out.weight", "BFloat16");

    [Fact]
    public void Create_WithBuffersOfOldCheckpoints_IgnoresThem()
    {
        using var scope = NewDisposeScope();
        var weights = Weights("neox");
        weights["gpt_neox.layers.0.attention.bias"] = ones(1, 1, 8, 8, ScalarType.Bool);
        weights["gpt_neox.layers.0.attention.masked_bias"] = tensor(-1e9f);
        weights["gpt_neox.layers.0.attention.rotary_emb.inv_freq"] = ones(2);
        using var model = CausalLanguageModel.Create(TestModels.Configuration("neox"), weights);
        Assert.Equal(CausalLanguageModel.WeightShapes(model.Configuration).Keys, model.Weights.Keys);
    }

    [Fact]
    public void Create_WithTiedEmbeddings_UsesOneMatrix()
    {
        using var scope = NewDisposeScope();
        var weights = Weights("llama scaled tied");
        weights["lm_head.weight"] = weights["model.embed_tokens.weight"].clone();
        using var model = CausalLanguageModel.Create(TestModels.Configuration("llama scaled tied"), weights);
        Assert.Same(model.Weights["model.embed_tokens.weight"], model.Unembedding);
        Assert.False(model.Weights.ContainsKey("lm_head.weight"));
    }

    [Theory]
    [InlineData(3, 8, 1.0)]
    [InlineData(4, 7, 1.0)]
    [InlineData(4, 8, 0.5)]
    public void Create_WithImpossibleLlama_Refuses(long keyHeads, long headSize, double rotary)
    {
        var configuration = TestModels.Configuration("llama") with { KeyValueHeadCount = keyHeads, HeadSize = headSize, RotaryFraction = rotary };
        Assert.Throws<ModelFormatException>(() => CausalLanguageModel.Create(configuration, new Dictionary<string, Tensor>()));
    }

    [Fact]
    public void InitialWeights_OfSeed_AreNormalMatricesAndUnitNorms()
    {
        var configuration = TestModels.Configuration("neox") with { VocabularySize = 20011, InitializerRange = 0.02 };
        WithInitialWeights(configuration, seed: 5, weights =>
        {
            var matrix = weights["embed_out.weight"];
            Assert.InRange(matrix.mean().item<float>(), -1e-4f, 1e-4f);
            Assert.InRange(matrix.std().item<float>(), 0.0199f, 0.0201f);
            Assert.Equal(0.6827f, matrix.abs().lt(0.02).to(ScalarType.Float32).mean().item<float>(), 0.003f); // one standard deviation of a normal
            Assert.True(matrix.ne(weights["gpt_neox.embed_in.weight"]).all().item<bool>(), "each tensor has its own numbers");
            Assert.Equal(1, weights["gpt_neox.final_layer_norm.weight"].min().item<float>());
            Assert.Equal(0, weights["gpt_neox.layers.0.mlp.dense_h_to_4h.bias"].abs().max().item<float>());
            WithInitialWeights(configuration, seed: 6, others => Assert.True(matrix.ne(others["embed_out.weight"]).any().item<bool>()));
        });
    }

    /// <summary>Each number is a function of seed, name and place alone: at the edges of the parallel pieces (65,536 elements) as anywhere.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(200001)]
    [InlineData(480263)]
    public void InitialWeights_AtAnyPlace_EqualBoxMullerOfTheirCounters(long place)
    {
        var configuration = TestModels.Configuration("neox") with { VocabularySize = 20011 };
        const long NameHash = unchecked((long)0x76dbe77170b07e75UL); // FNV-1a of "embed_out.weight"
        var radius = 0.35 * Math.Sqrt(-2 * Math.Log(1 - CounterRandom.Uniform(5, RandomPurpose.InitialWeights, NameHash, place / 2 * 2)));
        var angle = 2 * Math.PI * CounterRandom.Uniform(5, RandomPurpose.InitialWeights, NameHash, place / 2 * 2 + 1);
        var expected = (float)(radius * (place % 2 == 0 ? Math.Cos(angle) : Math.Sin(angle)));
        WithInitialWeights(configuration, seed: 5, weights => Assert.Equal(expected, weights["embed_out.weight"].view(-1)[place].item<float>(), 1e-6f));
    }

    private static void WithInitialWeights(TransformerConfiguration configuration, ulong seed, Action<IReadOnlyDictionary<string, Tensor>> check)
    {
        using var scope = NewDisposeScope();
        var weights = CausalLanguageModel.InitialWeights(configuration, seed, CPU);
        using var owner = CausalLanguageModel.Create(configuration, weights);
        check(weights);
    }

    private static Dictionary<string, Tensor> Weights(string name) => new(CausalLanguageModel.InitialWeights(TestModels.Configuration(name), seed: 1, CPU));

    private static void AssertRefused(Action<Dictionary<string, Tensor>> spoil, params string[] words)
    {
        using var scope = NewDisposeScope();
        var weights = Weights("neox");
        spoil(weights);
        var message = Assert.Throws<ModelFormatException>(() => CausalLanguageModel.Create(TestModels.Configuration("neox"), weights)).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
        foreach (var weight in weights.Values)
        {
            weight.Dispose();
        }
    }
}
