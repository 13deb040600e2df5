using IfGuide.Numerics.Models.Operations;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Models.Shapes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models;

/// <summary>Llama, as Hugging Face's <c>LlamaForCausalLM</c> computes it; Mistral and Qwen2 under the same names.</summary>
internal sealed class LlamaModel : CausalLanguageModel
{
    internal const string UnembeddingName = "lm_head.weight";
    private const string EmbeddingName = "model.embed_tokens.weight";
    private const string FinalNormName = "model.norm";

    private static readonly string[] GroupModules = ["mlp.gate_proj", "mlp.down_proj", "self_attn.q_proj", "self_attn.o_proj"];

    private readonly LlamaBlock[] blocks;

    public LlamaModel(TransformerConfiguration configuration, IReadOnlyDictionary<string, Tensor> weights)
        : base(configuration, weights, configuration.TieEmbeddings ? EmbeddingName : UnembeddingName)
    {
        blocks = new LlamaBlock[configuration.LayerCount];
        var tracked = new List<TrackedLayer>();
        for (var index = 0; index < blocks.Length; index++)
        {
            blocks[index] = new LlamaBlock(
                Track(tracked, index, "mlp.gate_proj"),
                Track(tracked, index, "mlp.up_proj", "mlp.gate_proj"),
                Track(tracked, index, "mlp.down_proj"),
                Track(tracked, index, "self_attn.q_proj"),
                Track(tracked, index, "self_attn.k_proj", "self_attn.q_proj"),
                Track(tracked, index, "self_attn.v_proj", "self_attn.q_proj"),
                Track(tracked, index, "self_attn.o_proj"));
        }

        TrackedLayers = tracked;
    }

    public override IReadOnlyList<TrackedLayer> TrackedLayers { get; }

    internal static IReadOnlyList<string> Groups(TransformerConfiguration c) =>
        [.. Enumerable.Range(0, c.LayerCount).SelectMany(index => GroupModules.Select(module => Name(index, module)))];

    internal static Dictionary<string, long[]> Shapes(TransformerConfiguration c)
    {
        var shapes = new Dictionary<string, long[]> { [EmbeddingName] = [c.VocabularySize, c.HiddenSize] };
        var (queries, keys) = (c.HeadCount * c.HeadSize, c.KeyValueHeadCount * c.HeadSize);
        for (var index = 0; index < c.LayerCount; index++)
        {
            shapes[$"{Name(index, "input_layernorm")}.weight"] = [c.HiddenSize];
            shapes[$"{Name(index, "post_attention_layernorm")}.weight"] = [c.HiddenSize];
            Matrix("self_attn.q_proj", queries, c.HiddenSize, c.AttentionBias);
            Matrix("self_attn.k_proj", keys, c.HiddenSize, c.AttentionBias);
            Matrix("self_attn.v_proj", keys, c.HiddenSize, c.AttentionBias);
            Matrix("self_attn.o_proj", c.HiddenSize, queries, c.AttentionOutputBias);
            Matrix("mlp.gate_proj", c.IntermediateSize, c.HiddenSize, bias: false);
            Matrix("mlp.up_proj", c.IntermediateSize, c.HiddenSize, bias: false);
            Matrix("mlp.down_proj", c.HiddenSize, c.IntermediateSize, bias: false);

            void Matrix(string module, long outputs, long inputs, bool bias)
            {
                shapes[$"{Name(index, module)}.weight"] = [outputs, inputs];
                if (bias)
                {
                    shapes[$"{Name(index, module)}.bias"] = [outputs];
                }
            }
        }

        shapes[$"{FinalNormName}.weight"] = [c.HiddenSize];
        if (!c.TieEmbeddings)
        {
            shapes[UnembeddingName] = [c.VocabularySize, c.HiddenSize];
        }

        return shapes;
    }

    private protected override Dual Embed(Tensor inputIds, long start) => Embedding.Apply(Weights[EmbeddingName], inputIds);

    private protected override Dual FinalNorm(Dual states) => Norm(states, FinalNormName);

    private protected override Dual Block(int index, Dual states, BlockContext context)
    {
        var attended = Addition.Apply(states, Attention(index, Norm(states, Name(index, "input_layernorm")), context));
        return Addition.Apply(attended, Perceptron(index, Norm(attended, Name(index, "post_attention_layernorm")), context.Pass));
    }

    private Dual Attention(int index, Dual input, BlockContext context)
    {
        var (batch, length) = (input.Value.shape[0], input.Value.shape[1]);
        var block = blocks[index];
        var attended = Attend(index, Heads(block.Query), Heads(block.Key), Heads(block.Value), context);
        return Linear.Apply(block.AttentionOutput, attended, context.Pass);

        Dual Heads(TrackedLayer layer) =>
            Linear.Apply(layer, input, context.Pass).Map(rows => rows.view(batch, length, -1, Configuration.HeadSize));
    }

    private Dual Perceptron(int index, Dual input, ForwardPass pass)
    {
        var block = blocks[index];
        return Linear.Apply(block.Down, GatedSilu.Apply(Linear.Apply(block.Gate, input, pass), Linear.Apply(block.Up, input, pass)), pass);
    }

    private Dual Norm(Dual states, string module) =>
        RootMeanSquareNormalisation.Apply(states, Weights[$"{module}.weight"], Configuration.NormalisationEpsilon);

    private TrackedLayer Track(List<TrackedLayer> tracked, int index, string module, string? group = null)
    {
        var name = Name(index, module);
        var layer = new TrackedLayer(tracked.Count, name, Weights[$"{name}.weight"], Weights.GetValueOrDefault($"{name}.bias"), group is null ? name : Name(index, group));
        tracked.Add(layer);
        return layer;
    }

    private static string Name(int index, string module) => $"model.layers.{index}.{module}";

    private sealed record LlamaBlock(
        TrackedLayer Gate, TrackedLayer Up, TrackedLayer Down, TrackedLayer Query, TrackedLayer Key, TrackedLayer Value, TrackedLayer AttentionOutput);
}
