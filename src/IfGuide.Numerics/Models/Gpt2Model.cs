using IfGuide.Numerics.Models.Operations;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models;

/// <summary>GPT-2, as Hugging Face's <c>GPT2LMHeadModel</c> computes it, with weights as [out, in].</summary>
internal sealed class Gpt2Model(ModuleTable modules, IReadOnlyDictionary<string, Tensor> weights)
    : CausalLanguageModel(modules, weights)
{
    private const string Prefix = "transformer.";
    private const string UnembeddingName = "lm_head.weight";
    private const string PositionName = "transformer.wpe.weight";

    private static readonly string[] TransposedWeights =
        [".mlp.c_fc.weight", ".mlp.c_proj.weight", ".attn.c_attn.weight", ".attn.c_proj.weight"];

    internal static ModuleTable Tabulate(TransformerConfiguration c) => new(c)
    {
        Embedding = "transformer.wte.weight",
        Positions = PositionName,
        Blocks = "transformer.h",
        Norms = ["ln_1", "ln_2"],
        FinalNorm = "transformer.ln_f",
        NormsHaveBias = true,
        Attention = ListAttention(c),
        Perceptron = ListPerceptron(c),
        Unembedding = UnembeddingName,
    };

    /// <summary>Whether Hugging Face stores a weight as [in, out], as the modules of its <c>Conv1D</c> class.</summary>
    internal static bool IsStoredTransposed(string name) =>
        TransposedWeights.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal));

    /// <summary>The name with <c>transformer.</c>, which the first checkpoints leave out.</summary>
    internal static string AddPrefix(string name)
    {
        if (name.StartsWith(Prefix, StringComparison.Ordinal) || name == UnembeddingName)
        {
            return name;
        }

        return Prefix + name;
    }

    private static Projection[] ListAttention(TransformerConfiguration c) =>
    [
        new Projection("attn.c_attn", 3 * c.HiddenSize, c.HiddenSize, HasBias: true),
        new Projection("attn.c_proj", c.HiddenSize, c.HiddenSize, HasBias: true),
    ];

    private static Projection[] ListPerceptron(TransformerConfiguration c) =>
    [
        new Projection("mlp.c_fc", c.IntermediateSize, c.HiddenSize, HasBias: true),
        new Projection("mlp.c_proj", c.HiddenSize, c.IntermediateSize, HasBias: true),
    ];

    private protected override Dual Embed(Tensor inputIds, long start)
    {
        var positions = Weights[PositionName].narrow(0, start, inputIds.shape[1]);
        return base.Embed(inputIds, start).Map(rows => rows.Plus(positions));
    }

    private protected override Dual Block(int index, Dual states, BlockContext context)
    {
        var attended = Addition.Apply(states, Attend(index, Norm(states, index, "ln_1"), context));
        return Addition.Apply(attended, Transform(index, Norm(attended, index, "ln_2"), context.Pass));
    }

    private protected override Dual Norm(Dual states, string name) =>
        LayerNormalisation.Apply(states, Weights[$"{name}.weight"], Weights[$"{name}.bias"], Configuration.NormalisationEpsilon);

    /// <summary>One projection holds the queries of all heads, then the keys, then the values.</summary>
    private Dual Attend(int index, Dual input, BlockContext context)
    {
        var width = Configuration.HiddenSize;
        var projected = Linear.Apply(Layer(index, "attn.c_attn"), input, context.Pass);
        var attended = Attend(index, Take(0), Take(1), Take(2), context);
        return Linear.Apply(Layer(index, "attn.c_proj"), attended, context.Pass);

        Dual Take(int which) => projected.Map(rows => SplitHeads(rows.narrow(2, which * width, width)));
    }

    /// <summary>[B, T, d] to [B, T, heads, size].</summary>
    private Tensor SplitHeads(Tensor rows) =>
        rows.view(rows.shape[0], rows.shape[1], Configuration.HeadCount, Configuration.HeadSize);

    private Dual Transform(int index, Dual input, ForwardPass pass)
    {
        var inner = TanhGelu.Apply(Linear.Apply(Layer(index, "mlp.c_fc"), input, pass));
        return Linear.Apply(Layer(index, "mlp.c_proj"), inner, pass);
    }
}
