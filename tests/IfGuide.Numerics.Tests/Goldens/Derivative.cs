using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Goldens;

/// <summary>Numerical derivatives in float64 to compare tangents with.</summary>
internal static class Derivative
{
    /// <summary>df/dε at 0 by the five-point rule: its error is of order step⁴.</summary>
    public static Tensor AtZero(Func<double, Tensor> function, double step = 1e-3)
    {
        var near = function(step).sub(function(-step)).mul(8);
        var far = function(2 * step).sub(function(-2 * step));
        return near.sub(far).div(12 * step);
    }
}
