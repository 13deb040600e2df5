using IfGuide.Pipeline.Curvature;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Safetensors;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Influence;

/// <summary>Reads the preconditioned query contrasts of behaviours.</summary>
internal static class Directions
{
    private static readonly string Preconditioned = FactorNames.Of(FactorNames.Preconditioned, string.Empty);

    /// <summary>For each behaviour its direction by layer name; owned by the session, which keeps one set of them warm.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Load(RunContext context, IReadOnlyList<BehaviourNames> behaviours)
    {
        var key = $"direction {string.Join(' ', behaviours.Select(behaviour => behaviour.DirectionKey))}";
        var all = context.Session.Factors(key, () => Read(context, behaviours));
        return [.. behaviours.Select((_, index) => Take(all, index))];
    }

    private static Dictionary<string, Tensor> Read(RunContext context, IReadOnlyList<BehaviourNames> behaviours)
    {
        var all = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        for (var index = 0; index < behaviours.Count; index++)
        {
            foreach (var group in context.Inputs.Proxy.InputGroups)
            {
                var file = context.Store.Fetch(behaviours[index].Direction(group));
                foreach (var (name, tensor) in TensorArchive.Load(file, context.Session.Device))
                {
                    all.Add(PrefixOf(index) + name, tensor);
                }
            }
        }

        return all;
    }

    private static Dictionary<string, Tensor> Take(IReadOnlyDictionary<string, Tensor> all, int index)
    {
        var prefix = PrefixOf(index) + Preconditioned;
        var own = all.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal));
        return own.ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value, StringComparer.Ordinal);
    }

    private static string PrefixOf(int behaviour) => $"{behaviour}/";
}
