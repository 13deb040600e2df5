using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Curvature;

/// <summary>Adds the named partial sums of shards in float64, in the order of the calls: the caller adds in shard order, so that the bits do not depend on who finished first.</summary>
public sealed class FactorSum : IDisposable
{
    private readonly Dictionary<string, Tensor> totals = new(StringComparer.Ordinal);

    /// <summary>Number of partial sums added.</summary>
    public int Parts { get; private set; }

    /// <summary>The sums by name, float64; owned by this object.</summary>
    public IReadOnlyDictionary<string, Tensor> Totals => totals;

    /// <summary>Adds one shard's sums.</summary>
    /// <param name="partial">Sums by name: the same names and shapes at every call.</param>
    /// <exception cref="InvalidDataException">A name is missing, is new, or its tensor has another shape.</exception>
    public void Add(IReadOnlyDictionary<string, Tensor> partial)
    {
        using var scope = NewDisposeScope();
        Check(partial);
        foreach (var (name, tensor) in partial)
        {
            if (totals.TryGetValue(name, out var total))
            {
                total.AddInPlace(tensor.to(total.device));
            }
            else
            {
                var copied = tensor.detach().to_type(ScalarType.Float64).clone();
                totals.Add(name, copied.DetachFromDisposeScope());
            }
        }

        Parts++;
    }

    /// <summary>Frees the sums.</summary>
    public void Dispose()
    {
        foreach (var total in totals.Values)
        {
            total.Dispose();
        }
    }

    private void Check(IReadOnlyDictionary<string, Tensor> partial)
    {
        if (Parts == 0)
        {
            return;
        }

        foreach (var (name, total) in totals)
        {
            if (!partial.TryGetValue(name, out var tensor))
            {
                throw new InvalidDataException($"Partial sum {Parts} lacks '{name}', which the earlier ones hold: they were not made with the same model.");
            }

            if (!tensor.shape.AsSpan().SequenceEqual(total.shape))
            {
                throw new InvalidDataException($"Partial sum {Parts} holds '{name}' of shape [{string.Join(", ", tensor.shape)}], the earlier ones [{string.Join(", ", total.shape)}]: they were not made with the same model.");
            }
        }

        if (partial.Keys.FirstOrDefault(name => !totals.ContainsKey(name)) is { } added)
        {
            throw new InvalidDataException($"Partial sum {Parts} holds '{added}', which the earlier ones lack: they were not made with the same model.");
        }
    }
}
