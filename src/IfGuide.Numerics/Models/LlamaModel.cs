using IfGuide.Numerics.Models.Operations;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Models.Shapes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models;

/// <summary>Llama, as Hugging Face's <c>LlamaForCausalLM</c> computes it; Mistral and Qwen2 under the same names.</summary>
internal sealed class LlamaModel(ModuleTable modules, IReadOnlyDictionary<string, Tensor> weights)
    : CausalLanguageModel(modules, weights)
{
    internal const string UnembeddingName = "lm_head.weight";

    internal static ModuleTable Tabulate(TransformerConfiguration c) => new(c)
    {
        Embedding = "model.embed_tokens.weight",
        Blocks = "model.layers",
        Norms = ["input_layernorm", "post_attention_layernorm"],
        FinalNorm = "model.norm",
        NormsHaveBias = false,
        Attention = ListAttention(c),
        Perceptron = ListPerceptron(c),
        Unembedding = UnembeddingName,
    };

    private static Projection[] ListAttention(TransformerConfiguration c)
    {
        var (queries, keys) = (c.HeadCount * c.HeadSize, c.KeyValueHeadCount * c.HeadSize);
        var query = new Projection("self_attn.q_proj", queries, c.HiddenSize, c.AttentionBias);
        var key = new Projection("self_attn.k_proj", keys, c.HiddenSize, c.AttentionBias) { InputGroup = query.Module };
        var value = key with { Module = "self_attn.v_proj" };
        var output = new Projection("self_attn.o_proj", c.HiddenSize, queries, c.AttentionOutputBias);
        return [query, key, value, output];
    }

    private static Projection[] ListPerceptron(TransformerConfiguration c)
    {
        var gate = new Projection("mlp.gate_proj", c.IntermediateSize, c.HiddenSize, HasBias: false);
        var up = new Projection("mlp.up_proj", c.IntermediateSize, c.HiddenSize, HasBias: false) { InputGroup = gate.Module };
        var down = new Projection("mlp.down_proj", c.HiddenSize, c.IntermediateSize, HasBias: false);
        return [gate, up, down];
    }

    private protected override Dual Block(int index, Dual states, BlockContext context)
    {
        var attended = Addition.Apply(states, Attend(index, Norm(states, index, "input_layernorm"), context));
        return Addition.Apply(attended, Transform(index, Norm(attended, index, "post_attention_layernorm"), context.Pass));
    }

    private protected override Dual Norm(Dual states, string name) =>
        RootMeanSquareNormalisation.Apply(states, Weights[$"{name}.weight"], Configuration.NormalisationEpsilon);

    private Dual Attend(int index, Dual input, BlockContext context)
    {
        var query = Project("self_attn.q_proj");
        var key = Project("self_attn.k_proj");
        var value = Project("self_attn.v_proj");
        var attended = Attend(index, query, key, value, context);
        return Linear.Apply(Layer(index, "self_attn.o_proj"), attended, context.Pass);

        Dual Project(string module) => Linear.Apply(Layer(index, module), input, context.Pass).Map(SplitHeads);
    }

    /// <summary>[B, T, heads · size] to [B, T, heads, size].</summary>
    private Tensor SplitHeads(Tensor rows) => rows.view(rows.shape[0], rows.shape[1], -1, Configuration.HeadSize);

    private Dual Transform(int index, Dual input, ForwardPass pass)
    {
        var gate = Linear.Apply(Layer(index, "mlp.gate_proj"), input, pass);
        var up = Linear.Apply(Layer(index, "mlp.up_proj"), input, pass);
        return Linear.Apply(Layer(index, "mlp.down_proj"), GatedSilu.Apply(gate, up), pass);
    }
}
