using IfGuide.Numerics.Models.Operations;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models;

/// <summary>GPT-2, as Hugging Face's <c>GPT2LMHeadModel</c> computes it, with weights as [out, in].</summary>
internal sealed class Gpt2Model : CausalLanguageModel
{
    internal const string Prefix = "transformer.";
    internal const string UnembeddingName = "lm_head.weight";
    private const string EmbeddingName = "transformer.wte.weight";
    private const string PositionName = "transformer.wpe.weight";
    private const string FinalNormName = "transformer.ln_f";

    private static readonly string[] Modules = ["mlp.c_fc", "mlp.c_proj", "attn.c_attn", "attn.c_proj"];

    private readonly Gpt2Block[] blocks;

    public Gpt2Model(TransformerConfiguration configuration, IReadOnlyDictionary<string, Tensor> weights)
        : base(configuration, weights, configuration.TieEmbeddings ? EmbeddingName : UnembeddingName)
    {
        blocks = new Gpt2Block[configuration.LayerCount];
        var tracked = new List<TrackedLayer>();
        for (var index = 0; index < blocks.Length; index++)
        {
            var layers = Modules.Select(module => Track(tracked, Name(index, module))).ToArray();
            blocks[index] = new Gpt2Block(layers[0], layers[1], layers[2], layers[3]);
        }

        TrackedLayers = tracked;
    }

    public override IReadOnlyList<TrackedLayer> TrackedLayers { get; }

    internal static IReadOnlyList<string> Groups(TransformerConfiguration c) =>
        [.. Enumerable.Range(0, c.LayerCount).SelectMany(index => Modules.Select(module => Name(index, module)))];

    /// <summary>Whether Hugging Face stores a weight as [in, out], as the modules of its <c>Conv1D</c> class.</summary>
    internal static bool IsStoredTransposed(string name) => name.EndsWith(".weight", StringComparison.Ordinal) && Modules.Any(module => name.EndsWith($".{module}.weight", StringComparison.Ordinal));

    internal static Dictionary<string, long[]> Shapes(TransformerConfiguration c)
    {
        var shapes = new Dictionary<string, long[]>
        {
            [EmbeddingName] = [c.VocabularySize, c.HiddenSize],
            [PositionName] = [c.MaximumPositions, c.HiddenSize],
        };
        for (var index = 0; index < c.LayerCount; index++)
        {
            Norm(Name(index, "ln_1"));
            Norm(Name(index, "ln_2"));
            Matrix(Name(index, "attn.c_attn"), 3 * c.HiddenSize, c.HiddenSize);
            Matrix(Name(index, "attn.c_proj"), c.HiddenSize, c.HiddenSize);
            Matrix(Name(index, "mlp.c_fc"), c.IntermediateSize, c.HiddenSize);
            Matrix(Name(index, "mlp.c_proj"), c.HiddenSize, c.IntermediateSize);
        }

        Norm(FinalNormName);
        if (!c.TieEmbeddings)
        {
            shapes[UnembeddingName] = [c.VocabularySize, c.HiddenSize];
        }

        return shapes;

        void Matrix(string module, long outputs, long inputs) => (shapes[$"{module}.weight"], shapes[$"{module}.bias"]) = ([outputs, inputs], [outputs]);

        void Norm(string module) => (shapes[$"{module}.weight"], shapes[$"{module}.bias"]) = ([c.HiddenSize], [c.HiddenSize]);
    }

    private protected override Dual Embed(Tensor inputIds, long start)
    {
        var positions = Weights[PositionName].narrow(0, start, inputIds.shape[1]);
        return Embedding.Apply(Weights[EmbeddingName], inputIds).Map(rows => rows.Plus(positions));
    }

    private protected override Dual FinalNorm(Dual states) => Norm(states, FinalNormName);

    private protected override Dual Block(int index, Dual states, BlockContext context)
    {
        var attended = Addition.Apply(states, Attention(index, Norm(states, Name(index, "ln_1")), context));
        return Addition.Apply(attended, Perceptron(index, Norm(attended, Name(index, "ln_2")), context.Pass));
    }

    /// <summary>One projection holds the queries of all heads, then the keys, then the values.</summary>
    private Dual Attention(int index, Dual input, BlockContext context)
    {
        var (batch, length, width) = (input.Value.shape[0], input.Value.shape[1], Configuration.HiddenSize);
        var projected = Linear.Apply(blocks[index].QueryKeyValue, input, context.Pass);
        var attended = Attend(index, Part(0), Part(1), Part(2), context);
        return Linear.Apply(blocks[index].AttentionOutput, attended, context.Pass);

        Dual Part(int which) => projected.Map(rows => rows.narrow(2, which * width, width).view(batch, length, Configuration.HeadCount, Configuration.HeadSize));
    }

    private Dual Perceptron(int index, Dual input, ForwardPass pass) =>
        Linear.Apply(blocks[index].Down, TanhGelu.Apply(Linear.Apply(blocks[index].Up, input, pass)), pass);

    private Dual Norm(Dual states, string module) =>
        LayerNormalisation.Apply(states, Weights[$"{module}.weight"], Weights[$"{module}.bias"], Configuration.NormalisationEpsilon);

    private TrackedLayer Track(List<TrackedLayer> tracked, string name)
    {
        var layer = new TrackedLayer(tracked.Count, name, Weights[$"{name}.weight"], Weights[$"{name}.bias"], name);
        tracked.Add(layer);
        return layer;
    }

    private static string Name(int index, string module) => $"{Prefix}h.{index}.{module}";

    private sealed record Gpt2Block(TrackedLayer Up, TrackedLayer Down, TrackedLayer QueryKeyValue, TrackedLayer AttentionOutput);
}
