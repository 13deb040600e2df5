using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature;

internal static class Compare
{
    /// <summary>max |actual − expected| / max |expected|, in float64; where everything expected is zero, max |actual|.</summary>
    public static double RelativeError(Tensor actual, Tensor expected)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected.shape, actual.shape);
        var wide = expected.to_type(ScalarType.Float64);
        var difference = (actual.to_type(ScalarType.Float64) - wide).abs().max().item<double>();
        var largest = wide.abs().max().item<double>();
        return largest == 0 ? difference : difference / largest;
    }

    public static void Close(Tensor expected, Tensor actual, double tolerance)
    {
        var error = RelativeError(actual, expected);
        Assert.True(error <= tolerance, $"relative error {error:e2} exceeds {tolerance:e2}");
    }

    /// <summary>Spearman's rank correlation of all entries; ties keep their order, which random reals do not have.</summary>
    public static double Spearman(Tensor left, Tensor right)
    {
        using var scope = NewDisposeScope();
        return Pearson(Ranks(left), Ranks(right));
    }

    public static double Pearson(Tensor left, Tensor right)
    {
        using var scope = NewDisposeScope();
        var x = left.to_type(ScalarType.Float64).reshape(-1);
        var y = right.to_type(ScalarType.Float64).reshape(-1);
        x -= x.mean();
        y -= y.mean();
        return (x * y).sum().item<double>() / Math.Sqrt((x * x).sum().item<double>() * (y * y).sum().item<double>());
    }

    private static Tensor Ranks(Tensor values) => values.to_type(ScalarType.Float64).reshape(-1).argsort().argsort().to_type(ScalarType.Float64);
}
