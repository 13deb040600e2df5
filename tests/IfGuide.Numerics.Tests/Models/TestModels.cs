using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Shapes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Models;

/// <summary>Small float64 models with random weights, large enough that attention is far from uniform.</summary>
internal static class TestModels
{
    public const long Vocabulary = 61;

    public static TheoryData<string> Names => ["neox", "neox sequential tied", "neox without attention bias", "llama", "llama grouped biased", "llama scaled tied", "mistral grouped", "qwen2 grouped biased", "gpt2", "gpt2 tied"];

    public static CausalLanguageModel Create(string name, ScalarType precision = ScalarType.Float64)
    {
        using var model = CausalLanguageModel.Create(Configuration(name), CausalLanguageModel.InitialWeights(Configuration(name), seed: 7, CPU));
        using var scope = NewDisposeScope();
        using var constant = no_grad();
        foreach (var (weight, index) in model.Weights.Values.Select((weight, index) => (weight, index)))
        {
            if (weight.dim() == 1)
            {
                weight.add_(arange(weight.shape[0], ScalarType.Float32).add(index).sin().mul(0.3)); // biases and norm scales that matter
            }
        }

        return model.Convert(precision, CPU);
    }

    public static TransformerConfiguration Configuration(string name)
    {
        var family = name.Split(' ')[0] switch { "llama" => ModelFamily.Llama, "mistral" => ModelFamily.Mistral, "qwen2" => ModelFamily.Qwen2, "gpt2" => ModelFamily.Gpt2, _ => ModelFamily.GptNeoX };
        var llama = family is not (ModelFamily.GptNeoX or ModelFamily.Gpt2);
        var grouped = name.Contains("grouped", StringComparison.Ordinal);
        return new TransformerConfiguration
        {
            Family = family,
            VocabularySize = Vocabulary,
            HiddenSize = 24,
            LayerCount = 2,
            HeadCount = 4,
            KeyValueHeadCount = grouped ? 2 : 4,
            HeadSize = llama ? 8 : 6,
            IntermediateSize = 40,
            RotaryFraction = llama ? 1 : 0.67,
            ParallelResidual = !name.Contains("sequential", StringComparison.Ordinal),
            AttentionBias = llama ? name.Contains("biased", StringComparison.Ordinal) : !name.Contains("without", StringComparison.Ordinal),
            TieEmbeddings = name.Contains("tied", StringComparison.Ordinal),
            RopeScaling = name.Contains("scaled", StringComparison.Ordinal) ? new RopeScaling(8, 1, 4, 64) : null,
            MaximumPositions = 512,
            InitializerRange = 0.35,
        };
    }

    /// <summary>Random tokens; the same for the same seed.</summary>
    public static Tensor Tokens(long sequences, long length, long seed = 1)
    {
        using var generator = new Generator((ulong)seed);
        return randint(0, Vocabulary, [sequences, length], ScalarType.Int64, generator: generator);
    }

    /// <summary>Ones with some padding: row 0 on the left, row 1 on the right, the rest none.</summary>
    public static Tensor Mask(long sequences, long length)
    {
        var mask = ones([sequences, length], ScalarType.Int64);
        mask[0].narrow(0, 0, length / 3).zero_();
        mask[1].narrow(0, length - length / 3, length / 3).zero_();
        return mask;
    }

    /// <summary>Labels of tokens under a mask, with every fifth real one masked out too.</summary>
    public static Tensor Labels(Tensor tokens, Tensor mask)
    {
        var fifth = arange(tokens.numel(), ScalarType.Int64).view(tokens.shape).remainder(5).eq(0);
        return tokens.masked_fill(mask.eq(0).logical_or(fifth), TokenBatch.NoLabel);
    }
}
