using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Models;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Influence;

/// <summary>Copies of the directions that scores are taken along, in the model's precision.</summary>
internal sealed class Directions : IDisposable
{
    /// <summary>Copies directions.</summary>
    /// <param name="model">The model.</param>
    /// <param name="directions">At least one; each U by layer name, [out, in (+ 1)].</param>
    /// <param name="complete">Whether each must hold every tracked layer.</param>
    /// <exception cref="ArgumentException">A layer is missing, unknown, or of the wrong shape.</exception>
    public Directions(CausalLanguageModel model, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> directions, bool complete)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(directions);
        ArgumentOutOfRangeException.ThrowIfZero(directions.Count);
        foreach (var direction in directions)
        {
            Check(model, direction, complete);
        }

        using var scope = NewDisposeScope();
        All = [.. directions.Select(direction => Copy(model, direction))];
    }

    /// <summary>The copies, by layer name.</summary>
    public IReadOnlyDictionary<string, Tensor>[] All { get; }

    /// <summary>The first layer with a number that is not finite; null: there is none.</summary>
    public string? FindNonFinite() =>
        All.SelectMany(direction => direction).FirstOrDefault(layer => !FiniteCheck.AllFinite([layer.Value])).Key;

    public void Dispose()
    {
        foreach (var matrix in All.SelectMany(direction => direction.Values))
        {
            matrix.Dispose();
        }
    }

    private static Dictionary<string, Tensor> Copy(CausalLanguageModel model, IReadOnlyDictionary<string, Tensor> direction)
    {
        var copies = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, matrix) in direction)
        {
            var copy = matrix.detach().to(model.Precision, model.Device, copy: true);
            copies.Add(name, copy.contiguous().DetachFromDisposeScope());
        }

        return copies;
    }

    private static void Check(CausalLanguageModel model, IReadOnlyDictionary<string, Tensor> direction, bool complete)
    {
        var layers = model.TrackedLayers.ToDictionary(layer => layer.Name);
        if (complete && layers.Keys.FirstOrDefault(name => !direction.ContainsKey(name)) is { } missing)
        {
            throw new ArgumentException(
                $"The direction lacks layer '{missing}'; expected every tracked layer of the model.", nameof(direction));
        }

        foreach (var (name, matrix) in direction)
        {
            if (!layers.TryGetValue(name, out var layer))
            {
                throw new ArgumentException(
                    $"The direction has a matrix for '{name}', which is no tracked layer of this {model.Configuration.Family} model; "
                    + $"they are '{model.TrackedLayers[0].Name}' and so on: it was computed with another model.",
                    nameof(direction));
            }

            if (!matrix.shape.SequenceEqual([layer.Outputs, layer.Inputs]))
            {
                throw new ArgumentException(
                    $"The direction of '{name}' has shape [{string.Join(", ", matrix.shape)}], but the layer's gradient is "
                    + $"[{layer.Outputs}, {layer.Inputs}]: it was computed with another model.",
                    nameof(direction));
            }
        }
    }
}
