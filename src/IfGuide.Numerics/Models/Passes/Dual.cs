using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Passes;

/// <summary>A value and its derivatives along some directions of the tracked weights: forward-mode differentiation.</summary>
/// <remarks>All directions share the value.</remarks>
/// <param name="Value">x.</param>
/// <param name="Tangents">
/// For each direction U, dx/dε at ε = 0 for weights W + εU, of the value's shape; null: zero, and nothing is computed for it.
/// Empty: zero along every direction.
/// </param>
public readonly record struct Dual(Tensor Value, IReadOnlyList<Tensor?> Tangents)
{
    /// <summary>A value with its derivative along a single direction.</summary>
    /// <param name="value">x.</param>
    /// <param name="tangent">ẋ; null: zero.</param>
    public Dual(Tensor value, Tensor? tangent) : this(value, tangent is null ? [] : [tangent]) { }

    /// <summary>The derivative along the first direction; null: zero.</summary>
    public Tensor? Tangent => Along(0);

    /// <summary>Whether nothing moves along any direction.</summary>
    public bool IsConstant => Tangents.All(tangent => tangent is null);

    /// <summary>A constant: a value that does not depend on the directions.</summary>
    /// <param name="value">x.</param>
    public static Dual Constant(Tensor value) => new(value, []);

    /// <summary>The derivative along one direction; null: zero.</summary>
    /// <param name="direction">Its index.</param>
    internal Tensor? Along(int direction) => direction < Tangents.Count ? Tangents[direction] : null;

    /// <summary>The same with an entry for each of so many directions.</summary>
    /// <param name="directions">How many.</param>
    internal Dual Over(int directions)
    {
        if (Tangents.Count == directions)
        {
            return this;
        }

        return new Dual(Value, [.. Enumerable.Range(0, directions).Select(Along)]);
    }

    /// <summary>The derivatives of a function of two values: each direction by itself, so that its bytes do not depend on the others.</summary>
    /// <param name="other">The other value.</param>
    /// <param name="derive">From the two tangents to the function's.</param>
    internal Tensor?[] Derive(Dual other, Func<Tensor?, Tensor?, Tensor?> derive)
    {
        var derivatives = new Tensor?[Math.Max(Tangents.Count, other.Tangents.Count)];
        for (var direction = 0; direction < derivatives.Length; direction++)
        {
            derivatives[direction] = derive(Along(direction), other.Along(direction));
        }

        return derivatives;
    }

    /// <summary>Applies a linear map to value and tangents.</summary>
    /// <param name="map">The map; called once for each of them.</param>
    internal Dual Map(Func<Tensor, Tensor> map)
    {
        var tangents = new Tensor?[Tangents.Count];
        var value = map(Value);
        for (var direction = 0; direction < tangents.Length; direction++)
        {
            if (Tangents[direction] is { } tangent)
            {
                tangents[direction] = map(tangent);
            }
        }

        return new Dual(value, tangents);
    }

    /// <summary>Moves all tensors to the scope around the current one.</summary>
    internal Dual MoveToOuterDisposeScope()
    {
        Value.MoveToOuterDisposeScope();
        foreach (var tangent in Tangents)
        {
            tangent?.MoveToOuterDisposeScope();
        }

        return this;
    }

    internal void Dispose()
    {
        Value.Dispose();
        foreach (var tangent in Tangents)
        {
            tangent?.Dispose();
        }
    }
}
