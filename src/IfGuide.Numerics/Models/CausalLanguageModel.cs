using IfGuide.Numerics.Models.Operations;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Models.Shapes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models;

/// <summary>A causal transformer under its Hugging Face tensor names. For one thread at a time.</summary>
/// <remarks>
/// It owns its weights, and is frozen unless the weights it was given require gradients.
/// Positions are 0 .. T − 1 in every row, padded on the left or not, as Hugging Face computes them without position ids.
/// </remarks>
public abstract class CausalLanguageModel : IDisposable
{
    /// <summary>Longest padded sequence whose batches take one kernel with a mask of T × T, in tokens.</summary>
    /// <remarks>The numbers of longer ones differ in rounding.</remarks>
    public const int MaxSquareMask = AttentionMask.MaxSquareMask;

    private readonly ModuleTable modules;
    private readonly Dictionary<string, TrackedLayer> layers;
    private readonly RotaryEmbedding? rotary;

    private protected CausalLanguageModel(ModuleTable modules, IReadOnlyDictionary<string, Tensor> weights)
    {
        this.modules = modules;
        Configuration = modules.Configuration;
        Weights = weights;
        Unembedding = weights[modules.Output];
        TrackedLayers = [.. modules.ListProjections().Select(CreateLayer)];
        layers = TrackedLayers.ToDictionary(layer => layer.Name);
        if (Configuration.HasRotaryPositions)
        {
            rotary = new RotaryEmbedding(Configuration, Precision, Device);
        }
    }

    /// <summary>Shape and constants.</summary>
    public TransformerConfiguration Configuration { get; }

    /// <summary>All weights by Hugging Face name; tied embeddings appear once, as the embedding.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>The layers that influence is computed for, in Hugging Face module order with the perceptron before the attention.</summary>
    public IReadOnlyList<TrackedLayer> TrackedLayers { get; }

    /// <summary>W of logits = h Wᵀ, [V, d].</summary>
    public Tensor Unembedding { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device => Unembedding.device;

    /// <summary>Element type of the weights and of the hidden states.</summary>
    public ScalarType Precision => Unembedding.dtype;

    /// <summary>Makes a model of weights; takes ownership of every tensor given.</summary>
    /// <param name="configuration">Shape and constants.</param>
    /// <param name="weights">
    /// Tensors by Hugging Face name, of one precision on one device.
    /// Tensors that <see cref="IsTolerated"/> may be among them; they are freed.
    /// </param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelFormatException">
    /// The configuration is impossible, or tensors are missing, unexpected or of wrong shape, precision or device. The message names them.
    /// </exception>
    public static CausalLanguageModel Create(TransformerConfiguration configuration, IReadOnlyDictionary<string, Tensor> weights)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(weights);
        configuration.Validate();
        var owned = ModelWeights.Take(configuration, weights);
        var architecture = Architecture.Find(configuration.Family);
        return architecture.Create(architecture.Tabulate(configuration), owned);
    }

    /// <summary>Names and shapes of the weights of a model.</summary>
    /// <param name="configuration">Shape and constants.</param>
    public static IReadOnlyDictionary<string, long[]> WeightShapes(TransformerConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Architecture.Find(configuration.Family).Tabulate(configuration).ListShapes();
    }

    /// <summary>Whether a tensor may lie among a checkpoint's weights although the model computes without it.</summary>
    /// <remarks>Such are the buffers of old checkpoints (rotary frequencies, causal masks), and the copy of a tied unembedding.</remarks>
    /// <param name="configuration">Shape and constants.</param>
    /// <param name="name">The tensor's Hugging Face name.</param>
    public static bool IsTolerated(TransformerConfiguration configuration, string name)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return ModelWeights.IsTolerated(name, configuration);
    }

    /// <summary>Whether Hugging Face's files hold a weight as [in, out], the transpose of what is used here.</summary>
    /// <param name="configuration">Shape and constants.</param>
    /// <param name="name">The weight's name.</param>
    public static bool IsStoredTransposed(TransformerConfiguration configuration, string name)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(name);
        return configuration.Family == ModelFamily.Gpt2 && Gpt2Model.IsStoredTransposed(name);
    }

    /// <summary>The name under which a checkpoint's tensor is used: GPT-2's first checkpoints leave out <c>transformer.</c>.</summary>
    /// <param name="configuration">Shape and constants.</param>
    /// <param name="name">The name in the file.</param>
    public static string CanonicalName(TransformerConfiguration configuration, string name)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(name);
        return configuration.Family == ModelFamily.Gpt2 ? Gpt2Model.AddPrefix(name) : name;
    }

    /// <summary>Names of the tracked layers that are the first to read their input: one per input group, known without weights.</summary>
    /// <param name="configuration">Shape and constants.</param>
    public static IReadOnlyList<string> InputGroups(TransformerConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Architecture.Find(configuration.Family).Tabulate(configuration).ListInputGroups();
    }

    /// <summary>Weights to train from, as Hugging Face initialises each family.</summary>
    /// <remarks>Matrices are normal with <see cref="TransformerConfiguration.InitializerRange"/>, biases 0, norms 1 and 0.</remarks>
    /// <param name="configuration">Shape and constants.</param>
    /// <param name="seed">The run's seed; each number depends on it, its tensor's name and its place only.</param>
    /// <param name="device">Where the tensors go.</param>
    /// <returns>float32 tensors by Hugging Face name, outside any dispose scope; the caller owns them.</returns>
    public static IReadOnlyDictionary<string, Tensor> InitialWeights(
        TransformerConfiguration configuration, ulong seed, Device device) =>
        Models.InitialWeights.Create(configuration, seed, device);

    /// <summary>Computes the hidden states after the final norm: logits are their product with <see cref="Unembedding"/>.</summary>
    /// <param name="inputIds">Token ids, [B, T], int64, on the model's device.</param>
    /// <param name="attentionMask">1 for tokens and 0 for padding, [B, T], int64; with a cache [B, cached + T]; null: no padding.</param>
    /// <param name="pass">What to do besides.</param>
    /// <returns>Value [B, T, d], with a tangent for each direction of the pass. States at padding are finite and mean nothing.</returns>
    /// <exception cref="ArgumentException">The ids are no [B, T] int64, or reach beyond the model's positions.</exception>
    public Dual Hidden(Tensor inputIds, Tensor? attentionMask, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(inputIds);
        ArgumentNullException.ThrowIfNull(pass);
        pass.Validate();
        var start = pass.Cache?.Length ?? 0;
        CheckInput(inputIds, start);
        using var graph = pass.RecordsGraph ? null : no_grad();
        using var scope = NewDisposeScope();
        using var mask = new AttentionMask(attentionMask, inputIds.shape[1], start);
        var states = RunBlocks(Embed(inputIds, start), new BlockContext(pass, mask, rotary, start));
        pass.Cache?.Advance(inputIds.shape[1]);
        var normalised = Norm(states, modules.FinalNorm);
        return normalised.Over(pass.Directions?.Count ?? 0).MoveToOuterDisposeScope();
    }

    /// <summary>A copy in another precision or on another device; frozen.</summary>
    /// <param name="precision">Element type of the copy's weights.</param>
    /// <param name="device">Where the copy goes.</param>
    /// <returns>The copy; the caller owns it.</returns>
    internal CausalLanguageModel Convert(ScalarType precision, Device device)
    {
        using var scope = NewDisposeScope();
        return Create(Configuration, Weights.ToDictionary(weight => weight.Key, weight => Copy(weight.Value)));

        Tensor Copy(Tensor weight) => weight.detach().to(precision, device, copy: true);
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the weights.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> calls.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            rotary?.Dispose();
            foreach (var weight in Weights.Values)
            {
                weight.Dispose();
            }
        }
    }

    /// <summary>What the first block reads, [B, T, d].</summary>
    private protected virtual Dual Embed(Tensor inputIds, long start) => Embedding.Apply(Weights[modules.Embedding], inputIds);

    /// <summary>Computes one block, [B, T, d] to the same shape.</summary>
    private protected abstract Dual Block(int index, Dual states, BlockContext context);

    /// <summary>Applies the norm of this full name, [B, T, d] to the same shape.</summary>
    private protected abstract Dual Norm(Dual states, string name);

    private protected Dual Norm(Dual states, int block, string module) => Norm(states, modules.Name(block, module));

    private protected TrackedLayer Layer(int block, string module) => layers[modules.Name(block, module)];

    /// <summary>Rotates, caches and attends.</summary>
    /// <param name="block">The block's number.</param>
    /// <param name="query">[B, T, heads, size].</param>
    /// <param name="key">[B, T, key heads, size].</param>
    /// <param name="value">[B, T, key heads, size].</param>
    /// <param name="context">What the blocks share.</param>
    /// <returns>[B, T, heads · size].</returns>
    private protected static Dual Attend(int block, Dual query, Dual key, Dual value, BlockContext context)
    {
        query = query.Map(Place);
        key = key.Map(Place);
        value = value.Map(heads => heads.transpose(1, 2)); // [B, heads, T, size]
        if (context.Pass.Cache is not { } cache)
        {
            return CausalAttention.Apply(query, key, value, context.Mask);
        }

        var (keys, values) = cache.Append(block, key.Value, value.Value);
        return CausalAttention.Apply(query, Dual.Constant(keys), Dual.Constant(values), context.Mask);

        Tensor Place(Tensor heads) => (context.Rotary?.Apply(heads, context.Start) ?? heads).transpose(1, 2);
    }

    private Dual RunBlocks(Dual states, BlockContext context)
    {
        for (var index = 0; index < Configuration.LayerCount; index++)
        {
            using var scope = NewDisposeScope();
            var next = Block(index, states, context).MoveToOuterDisposeScope();
            states.Dispose();
            states = next;
        }

        return states;
    }

    private TrackedLayer CreateLayer((int Block, Projection Projection) place, int index)
    {
        var name = modules.Name(place.Block, place.Projection.Module);
        var group = modules.Name(place.Block, place.Projection.InputGroup);
        return new TrackedLayer(index, name, Weights[$"{name}.weight"], Weights.GetValueOrDefault($"{name}.bias"), group);
    }

    private void CheckInput(Tensor inputIds, long start)
    {
        if (inputIds.dim() != 2 || inputIds.dtype != ScalarType.Int64)
        {
            var found = $"{inputIds.dtype} [{string.Join(", ", inputIds.shape)}]";
            throw new ArgumentException($"Token ids are [sequences, tokens] of int64, but {found} was given.", nameof(inputIds));
        }

        var length = start + inputIds.shape[1];
        if (length > Configuration.MaximumPositions)
        {
            throw new ArgumentException(
                $"Sequences of {length} tokens were given to a model of {Configuration.MaximumPositions} positions. "
                    + "Use shorter sequences or a model with more positions.",
                nameof(inputIds));
        }
    }
}
