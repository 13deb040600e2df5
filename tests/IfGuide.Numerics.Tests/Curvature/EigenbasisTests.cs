using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature;

public sealed class EigenbasisTests
{
    [Fact]
    public void Decompose_ThenRebuildsTheMean()
    {
        using var scope = NewDisposeScope();
        var rows = randn(50, 9, dtype: ScalarType.Float64, generator: new Generator(1));
        var sum = rows.t().mm(rows);
        var (values, vectors) = Eigenbasis.Decompose("layer", sum.to_type(ScalarType.Float32), 50);
        Assert.Equal(ScalarType.Float64, vectors.dtype);
        TensorAssert.Close(sum / 50.0, vectors.mm(values.diag()).mm(vectors.t()), 1e-6);
        Assert.True((values.narrow(0, 1, 8) >= values.narrow(0, 0, 8)).all().item<bool>());
    }

    [Fact]
    public void Decompose_NotANumber_ThenNamesTheLayer()
    {
        using var scope = NewDisposeScope();
        var sum = eye(3);
        sum[1, 2] = float.NaN;
        var failure = Assert.Throws<NonFiniteException>(() => Eigenbasis.Decompose("layers.3.attention", sum, 10));
        Assert.Equal("layers.3.attention", failure.Layer);
    }

    [Fact]
    public void Decompose_NoToken_ThenSaysSo()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("no token", Assert.Throws<ArgumentOutOfRangeException>(() => Eigenbasis.Decompose("layer", eye(3), 0)).Message, StringComparison.Ordinal);
    }
}
