using IfGuide.Numerics.Models.Shapes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models;

/// <summary>Checks that a set of tensors is the weights of a configuration.</summary>
internal static class ModelWeights
{
    private const int MaxNamesShown = 5;

    /// <summary>Buffers that older checkpoints carry among the weights; the model computes them itself.</summary>
    private static readonly string[] Buffers =
        [".attention.bias", ".attention.masked_bias", ".rotary_emb.inv_freq", ".attn.bias", ".attn.masked_bias"];

    /// <summary>The expected tensors, detached from dispose scopes; the tolerated others are freed.</summary>
    public static Dictionary<string, Tensor> Take(
        TransformerConfiguration configuration, IReadOnlyDictionary<string, Tensor> weights)
    {
        var shapes = CausalLanguageModel.WeightShapes(configuration);
        var ignored = weights.Keys.Where(name => !shapes.ContainsKey(name) && IsTolerated(name, configuration)).ToHashSet();
        var missing = shapes.Keys.Where(name => !weights.ContainsKey(name));
        var unexpected = weights.Keys.Where(name => !shapes.ContainsKey(name) && !ignored.Contains(name));
        Refuse("lack", missing, configuration);
        Refuse("hold unexpected", unexpected, configuration);
        var first = weights[shapes.Keys.First()];
        foreach (var (name, shape) in shapes)
        {
            CheckShape(name, weights[name], shape);
            CheckKind(name, weights[name], first);
        }

        foreach (var name in ignored)
        {
            weights[name].Dispose();
        }

        return shapes.Keys.ToDictionary(name => name, name => weights[name].DetachFromDisposeScope());
    }

    /// <summary>Whether a tensor may lie among the weights although the model does not use it.</summary>
    public static bool IsTolerated(string name, TransformerConfiguration configuration) =>
        Buffers.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal))
        || (configuration.TieEmbeddings && name is GptNeoXModel.UnembeddingName or LlamaModel.UnembeddingName);

    private static void CheckShape(string name, Tensor weight, long[] expected)
    {
        if (!weight.shape.SequenceEqual(expected))
        {
            var found = string.Join(", ", weight.shape);
            throw new ModelFormatException(
                $"Weight '{name}' has shape [{found}], but the configuration asks for [{string.Join(", ", expected)}]. "
                    + "Check that config.json belongs to these weights.");
        }
    }

    private static void CheckKind(string name, Tensor weight, Tensor first)
    {
        if (weight.dtype != first.dtype || weight.device.ToString() != first.device.ToString() || !weight.is_floating_point())
        {
            throw new ModelFormatException(
                $"Weight '{name}' is {weight.dtype} on {weight.device}, "
                    + "but all weights must be of one floating-point type on one device, "
                    + $"and the first is {first.dtype} on {first.device}. Convert them first.");
        }
    }

    private static void Refuse(string problem, IEnumerable<string> names, TransformerConfiguration configuration)
    {
        var all = names.Order(StringComparer.Ordinal).ToList();
        if (all.Count == 0)
        {
            return;
        }

        var shown = string.Join(", ", all.Take(MaxNamesShown));
        if (all.Count > MaxNamesShown)
        {
            shown += $" and {all.Count - MaxNamesShown} more";
        }

        throw new ModelFormatException(
            $"The weights {problem} {all.Count} tensors of a {configuration.Family} model "
                + $"with {configuration.LayerCount} layers: {shown}. "
                + "Check that config.json belongs to these weights.");
    }
}
