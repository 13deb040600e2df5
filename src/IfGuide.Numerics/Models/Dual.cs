using static TorchSharp.torch;

namespace IfGuide.Numerics.Models;

/// <summary>A value and its directional derivative: forward-mode differentiation along one direction of the tracked weights.</summary>
/// <param name="Value">x.</param>
/// <param name="Tangent">dx/dε at ε = 0 for weights W + εU, of the value's shape; null: zero, and nothing is computed for it.</param>
public readonly record struct Dual(Tensor Value, Tensor? Tangent)
{
    /// <summary>A constant: a value that does not depend on the direction.</summary>
    /// <param name="value">x.</param>
    public static Dual Constant(Tensor value) => new(value, null);

    /// <summary>Applies a linear map to value and tangent.</summary>
    /// <param name="map">The map; called once or twice.</param>
    internal Dual Map(Func<Tensor, Tensor> map) => new(map(Value), Tangent is null ? null : map(Tangent));

    /// <summary>Moves both tensors to the scope around the current one.</summary>
    internal Dual MoveToOuterDisposeScope()
    {
        Value.MoveToOuterDisposeScope();
        Tangent?.MoveToOuterDisposeScope();
        return this;
    }

    internal void Dispose()
    {
        Value.Dispose();
        Tangent?.Dispose();
    }
}
