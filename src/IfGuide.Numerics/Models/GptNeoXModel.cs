using IfGuide.Numerics.Models.Operations;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Models.Shapes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models;

/// <summary>GPT-NeoX (Pythia), as Hugging Face's <c>GPTNeoXForCausalLM</c> computes it.</summary>
internal sealed class GptNeoXModel(ModuleTable modules, IReadOnlyDictionary<string, Tensor> weights)
    : CausalLanguageModel(modules, weights)
{
    internal const string UnembeddingName = "embed_out.weight";

    internal static ModuleTable Tabulate(TransformerConfiguration c) => new(c)
    {
        Embedding = "gpt_neox.embed_in.weight",
        Blocks = "gpt_neox.layers",
        Norms = ["input_layernorm", "post_attention_layernorm"],
        FinalNorm = "gpt_neox.final_layer_norm",
        NormsHaveBias = true,
        Attention = ListAttention(c),
        Perceptron = ListPerceptron(c),
        Unembedding = UnembeddingName,
    };

    private static Projection[] ListAttention(TransformerConfiguration c) =>
    [
        new Projection("attention.query_key_value", 3 * c.HiddenSize, c.HiddenSize, c.AttentionBias),
        new Projection("attention.dense", c.HiddenSize, c.HiddenSize, c.AttentionBias),
    ];

    private static Projection[] ListPerceptron(TransformerConfiguration c) =>
    [
        new Projection("mlp.dense_h_to_4h", c.IntermediateSize, c.HiddenSize, HasBias: true),
        new Projection("mlp.dense_4h_to_h", c.HiddenSize, c.IntermediateSize, HasBias: true),
    ];

    private protected override Dual Block(int index, Dual states, BlockContext context)
    {
        var attended = Addition.Apply(states, Attend(index, Norm(states, index, "input_layernorm"), context));
        var read = Configuration.ParallelResidual ? states : attended;
        return Addition.Apply(attended, Transform(index, Norm(read, index, "post_attention_layernorm"), context.Pass));
    }

    private protected override Dual Norm(Dual states, string name) =>
        LayerNormalisation.Apply(states, Weights[$"{name}.weight"], Weights[$"{name}.bias"], Configuration.NormalisationEpsilon);

    /// <summary>One projection holds query, key and value of head 0, then those of head 1, ...</summary>
    private Dual Attend(int index, Dual input, BlockContext context)
    {
        var size = Configuration.HeadSize;
        var heads = Linear.Apply(Layer(index, "attention.query_key_value"), input, context.Pass).Map(SplitHeads);
        var attended = Attend(index, Take(0), Take(1), Take(2), context);
        return Linear.Apply(Layer(index, "attention.dense"), attended, context.Pass);

        Dual Take(int which) => heads.Map(rows => rows.narrow(3, which * size, size));
    }

    /// <summary>[B, T, 3 d] to [B, T, heads, 3 size].</summary>
    private Tensor SplitHeads(Tensor rows) =>
        rows.view(rows.shape[0], rows.shape[1], Configuration.HeadCount, 3 * Configuration.HeadSize);

    private Dual Transform(int index, Dual input, ForwardPass pass)
    {
        var inner = Gelu.Apply(Linear.Apply(Layer(index, "mlp.dense_h_to_4h"), input, pass));
        return Linear.Apply(Layer(index, "mlp.dense_4h_to_h"), inner, pass);
    }
}
