using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Preconditioning;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature;

public sealed class PreconditionerTests
{
    /// <summary>Against the dense inverse of (Q Λ Qᵀ + damping) over the flattened gradient.</summary>
    [Theory]
    [InlineData("ekfac")]
    [InlineData("kfac")]
    [InlineData("diagonal")]
    public void Precondition_ThenSolvesTheDampedSystem(string key)
    {
        using var scope = NewDisposeScope();
        var (curvature, gradient) = Layer();
        var result = Curvatures.Find(key).Precondition("layer", gradient, curvature, new AbsoluteDamping(0.3), ScalarType.Float64);
        var basis = key == "diagonal" ? eye(12, dtype: ScalarType.Float64) : kron(curvature.Gradient!.Vectors, curvature.Activation!.Vectors);
        var scale = key == "kfac"
            ? curvature.Gradient!.Values.outer(curvature.Activation!.Values)
            : curvature.LambdaSum! / 7.0;
        var dense = basis.mm(scale.reshape(-1).diag()).mm(basis.t()) + (0.3 * eye(12, dtype: ScalarType.Float64));
        TensorAssert.Close(gradient.reshape(-1), dense.mv(result.Direction.reshape(-1)), 1e-12);
        Assert.Equal(0.3, result.Damping);
    }

    [Fact]
    public void Precondition_Identity_ThenACopyOfTheGradient()
    {
        using var scope = NewDisposeScope();
        var gradient = randn(3, 4, dtype: ScalarType.Float64);
        var result = new IdentityCurvature().Precondition("layer", gradient, LayerFactors.None, new AutomaticDamping(), ScalarType.Float64);
        TensorAssert.Close(gradient, result.Direction, 0);
        gradient.zero_();
        Assert.True(result.Direction.abs().max().item<double>() > 0);
    }

    [Fact]
    public void Precondition_HugeDamping_ThenProportionalToTheGradient()
    {
        using var scope = NewDisposeScope();
        var (curvature, gradient) = Layer();
        var result = new EkfacCurvature().Precondition("layer", gradient, curvature, new AbsoluteDamping(1e9), ScalarType.Float64);
        TensorAssert.Close(gradient, result.Direction * 1e9, 1e-8);
    }

    [Fact]
    public void Precondition_Automatic_ThenATenthOfTheMeanCurvature()
    {
        using var scope = NewDisposeScope();
        var (curvature, gradient) = Layer();
        var ekfac = new EkfacCurvature().Precondition("layer", gradient, curvature, new AutomaticDamping());
        Assert.Equal(0.1 * (curvature.LambdaSum! / 7.0).mean().item<double>(), ekfac.Damping, 1e-15);
        Assert.Equal(ScalarType.Float32, ekfac.Direction.dtype);
        var kfac = new KfacCurvature().Precondition("layer", gradient, curvature, new AutomaticDamping());
        Assert.Equal(0.1 * curvature.Gradient!.Values.outer(curvature.Activation!.Values).mean().item<double>(), kfac.Damping, 1e-15);
    }

    [Fact]
    public void Precondition_NothingToDivideBy_ThenNamesLayerAndDamping()
    {
        using var scope = NewDisposeScope();
        var (curvature, gradient) = Layer();
        var dead = curvature with { LambdaSum = zeros(3, 4) };
        var failure = Assert.Throws<NonFiniteException>(() => new EkfacCurvature().Precondition("layers.0", gradient, dead, new AutomaticDamping()));
        Assert.Equal("layers.0", failure.Layer);
        Assert.Contains("damping", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Precondition_NotANumberInTheGradient_ThenNamesTheQuery()
    {
        using var scope = NewDisposeScope();
        var (curvature, gradient) = Layer();
        gradient[1, 1] = double.PositiveInfinity;
        var failure = Assert.Throws<NonFiniteException>(() => new EkfacCurvature().Precondition("layer", gradient, curvature, new AutomaticDamping()));
        Assert.Equal("query gradient", failure.Quantity);
    }

    [Fact]
    public void Precondition_MissingFactor_ThenNamesLayerAndStrategy()
    {
        using var scope = NewDisposeScope();
        var refusal = Assert.Throws<ArgumentException>(() => new KfacCurvature().Precondition("layers.1", ones(3, 4), LayerFactors.None, new AutomaticDamping()));
        Assert.Contains("layers.1", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'kfac'", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1e-9)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Absolute_NotADamping_ThenRefused(double value) => Assert.Throws<ArgumentOutOfRangeException>(() => new AbsoluteDamping(value));

    private static (LayerFactors Curvature, Tensor Gradient) Layer()
    {
        var generator = new Generator(5);
        var a = randn(20, 4, dtype: ScalarType.Float64, generator: generator);
        var g = randn(20, 3, dtype: ScalarType.Float64, generator: generator);
        var lambda = randn(3, 4, dtype: ScalarType.Float64, generator: generator).square();
        var curvature = new LayerFactors(Eigenbasis.Decompose("layer", a.t().mm(a), 20), Eigenbasis.Decompose("layer", g.t().mm(g), 20), lambda, 7);
        return (curvature, randn(3, 4, dtype: ScalarType.Float64, generator: generator));
    }
}
