using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>Sum of two branches of the residual stream; the tangents add too.</summary>
internal static class Addition
{
    /// <summary>left + right, of equal shape.</summary>
    public static Dual Apply(Dual left, Dual right) => new(left.Value.Plus(right.Value), left.Derive(right, AddTangents));

    private static Tensor? AddTangents(Tensor? first, Tensor? second) => (first, second) switch
    {
        (null, var tangent) => tangent?.alias(),
        (var tangent, null) => tangent.alias(),
        var (moved, other) => moved.Plus(other),
    };
}
