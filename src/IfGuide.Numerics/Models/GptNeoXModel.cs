using IfGuide.Numerics.Models.Operations;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Models.Shapes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models;

/// <summary>GPT-NeoX (Pythia), as Hugging Face's <c>GPTNeoXForCausalLM</c> computes it.</summary>
internal sealed class GptNeoXModel : CausalLanguageModel
{
    internal const string UnembeddingName = "embed_out.weight";
    private const string EmbeddingName = "gpt_neox.embed_in.weight";
    private const string FinalNormName = "gpt_neox.final_layer_norm";

    private static readonly string[] GroupModules = ["mlp.dense_h_to_4h", "mlp.dense_4h_to_h", "attention.query_key_value", "attention.dense"];

    private readonly GptNeoXBlock[] blocks;

    public GptNeoXModel(TransformerConfiguration configuration, IReadOnlyDictionary<string, Tensor> weights)
        : base(configuration, weights, configuration.TieEmbeddings ? EmbeddingName : UnembeddingName)
    {
        blocks = new GptNeoXBlock[configuration.LayerCount];
        var tracked = new List<TrackedLayer>();
        for (var index = 0; index < blocks.Length; index++)
        {
            blocks[index] = new GptNeoXBlock(
                Track(tracked, Name(index, "mlp.dense_h_to_4h")),
                Track(tracked, Name(index, "mlp.dense_4h_to_h")),
                Track(tracked, Name(index, "attention.query_key_value")),
                Track(tracked, Name(index, "attention.dense")));
        }

        TrackedLayers = tracked;
    }

    public override IReadOnlyList<TrackedLayer> TrackedLayers { get; }

    internal static IReadOnlyList<string> Groups(TransformerConfiguration c) =>
        [.. Enumerable.Range(0, c.LayerCount).SelectMany(index => GroupModules.Select(module => Name(index, module)))];

    internal static Dictionary<string, long[]> Shapes(TransformerConfiguration c)
    {
        var shapes = new Dictionary<string, long[]> { [EmbeddingName] = [c.VocabularySize, c.HiddenSize] };
        for (var index = 0; index < c.LayerCount; index++)
        {
            Pair("input_layernorm", c.HiddenSize);
            Pair("post_attention_layernorm", c.HiddenSize);
            Matrix("attention.query_key_value", 3 * c.HiddenSize, c.HiddenSize, c.AttentionBias);
            Matrix("attention.dense", c.HiddenSize, c.HiddenSize, c.AttentionBias);
            Matrix("mlp.dense_h_to_4h", c.IntermediateSize, c.HiddenSize, bias: true);
            Matrix("mlp.dense_4h_to_h", c.HiddenSize, c.IntermediateSize, bias: true);

            void Matrix(string module, long outputs, long inputs, bool bias)
            {
                shapes[$"{Name(index, module)}.weight"] = [outputs, inputs];
                if (bias)
                {
                    shapes[$"{Name(index, module)}.bias"] = [outputs];
                }
            }

            void Pair(string module, long size)
            {
                shapes[$"{Name(index, module)}.weight"] = [size];
                shapes[$"{Name(index, module)}.bias"] = [size];
            }
        }

        shapes[$"{FinalNormName}.weight"] = [c.HiddenSize];
        shapes[$"{FinalNormName}.bias"] = [c.HiddenSize];
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
        var read = Configuration.ParallelResidual ? states : attended;
        return Addition.Apply(attended, Perceptron(index, Norm(read, Name(index, "post_attention_layernorm")), context.Pass));
    }

    /// <summary>One projection holds query, key and value of head 0, then those of head 1, ...</summary>
    private Dual Attention(int index, Dual input, BlockContext context)
    {
        var (batch, length, size) = (input.Value.shape[0], input.Value.shape[1], Configuration.HeadSize);
        var projected = Linear.Apply(blocks[index].QueryKeyValue, input, context.Pass)
            .Map(rows => rows.view(batch, length, Configuration.HeadCount, 3 * size));
        var attended = Attend(index, Part(0), Part(1), Part(2), context);
        return Linear.Apply(blocks[index].AttentionOutput, attended, context.Pass);

        Dual Part(int which) => projected.Map(heads => heads.narrow(3, which * size, size));
    }

    private Dual Perceptron(int index, Dual input, ForwardPass pass) =>
        Linear.Apply(blocks[index].Down, Gelu.Apply(Linear.Apply(blocks[index].Up, input, pass)), pass);

    private Dual Norm(Dual states, string module) =>
        LayerNormalisation.Apply(states, Weights[$"{module}.weight"], Weights[$"{module}.bias"], Configuration.NormalisationEpsilon);

    private TrackedLayer Track(List<TrackedLayer> tracked, string name)
    {
        var layer = new TrackedLayer(tracked.Count, name, Weights[$"{name}.weight"], Weights.GetValueOrDefault($"{name}.bias"), name);
        tracked.Add(layer);
        return layer;
    }

    private static string Name(int index, string module) => $"gpt_neox.layers.{index}.{module}";

    private sealed record GptNeoXBlock(TrackedLayer Up, TrackedLayer Down, TrackedLayer QueryKeyValue, TrackedLayer AttentionOutput);
}
