using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Goldens;

/// <summary>Comparisons of tensors that name the error they found.</summary>
internal static class TensorAssert
{
    /// <summary>max |actual − expected| / max |expected|, in float64; NaN when any element is.</summary>
    public static double RelativeError(Tensor expected, Tensor actual)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected.shape, actual.shape);
        var (wanted, got) = (expected.detach().cpu().to(ScalarType.Float64), actual.detach().cpu().to(ScalarType.Float64));
        var scale = wanted.abs().max().item<double>();
        return got.sub(wanted).abs().max().item<double>() / (scale == 0 ? 1 : scale);
    }

    /// <summary>Fails when <see cref="RelativeError"/> exceeds the tolerance.</summary>
    public static void Close(Tensor expected, Tensor actual, double tolerance, string what = "")
    {
        var error = RelativeError(expected, actual);
        Assert.True(error <= tolerance, $"{what} relative error {error:g3} exceeds {tolerance:g3}");
    }
}
