using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature;

public sealed class PreconditionerTests
{
    /// <summary>Against the dense inverse of (Q Λ Qᵀ + damping) over the flattened gradient.</summary>
    [Theory]
    [InlineData(PreconditioningStrategy.Ekfac)]
    [InlineData(PreconditioningStrategy.Kfac)]
    [InlineData(PreconditioningStrategy.Diagonal)]
    public void Precondition_ThenSolvesTheDampedSystem(PreconditioningStrategy strategy)
    {
        using var scope = NewDisposeScope();
        var (curvature, gradient) = Layer();
        var result = Preconditioner.Precondition(strategy, "layer", gradient, curvature, DampingRule.Absolute(0.3), ScalarType.Float64);
        var basis = strategy == PreconditioningStrategy.Diagonal ? eye(12, dtype: ScalarType.Float64) : kron(curvature.Gradient!.Vectors, curvature.Activation!.Vectors);
        var scale = strategy == PreconditioningStrategy.Kfac
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
        var result = Preconditioner.Precondition(PreconditioningStrategy.Identity, "layer", gradient, LayerCurvature.None, DampingRule.Automatic, ScalarType.Float64);
        TensorAssert.Close(gradient, result.Direction, 0);
        gradient.zero_();
        Assert.True(result.Direction.abs().max().item<double>() > 0);
    }

    [Fact]
    public void Precondition_HugeDamping_ThenProportionalToTheGradient()
    {
        using var scope = NewDisposeScope();
        var (curvature, gradient) = Layer();
        var result = Preconditioner.Precondition(PreconditioningStrategy.Ekfac, "layer", gradient, curvature, DampingRule.Absolute(1e9), ScalarType.Float64);
        TensorAssert.Close(gradient, result.Direction * 1e9, 1e-8);
    }

    [Fact]
    public void Precondition_Automatic_ThenATenthOfTheMeanCurvature()
    {
        using var scope = NewDisposeScope();
        var (curvature, gradient) = Layer();
        var ekfac = Preconditioner.Precondition(PreconditioningStrategy.Ekfac, "layer", gradient, curvature, DampingRule.Automatic);
        Assert.Equal(0.1 * (curvature.LambdaSum! / 7.0).mean().item<double>(), ekfac.Damping, 1e-15);
        Assert.Equal(ScalarType.Float32, ekfac.Direction.dtype);
        var kfac = Preconditioner.Precondition(PreconditioningStrategy.Kfac, "layer", gradient, curvature, DampingRule.Automatic);
        Assert.Equal(0.1 * curvature.Gradient!.Values.outer(curvature.Activation!.Values).mean().item<double>(), kfac.Damping, 1e-15);
    }

    [Fact]
    public void Precondition_NothingToDivideBy_ThenNamesLayerAndDamping()
    {
        using var scope = NewDisposeScope();
        var (curvature, gradient) = Layer();
        var dead = curvature with { LambdaSum = zeros(3, 4) };
        var failure = Assert.Throws<NonFiniteException>(() => Preconditioner.Precondition(PreconditioningStrategy.Ekfac, "layers.0", gradient, dead, DampingRule.Automatic));
        Assert.Equal("layers.0", failure.Layer);
        Assert.Contains("damping", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Precondition_NotANumberInTheGradient_ThenNamesTheQuery()
    {
        using var scope = NewDisposeScope();
        var (curvature, gradient) = Layer();
        gradient[1, 1] = double.PositiveInfinity;
        var failure = Assert.Throws<NonFiniteException>(() => Preconditioner.Precondition(PreconditioningStrategy.Ekfac, "layer", gradient, curvature, DampingRule.Automatic));
        Assert.Equal("query gradient", failure.Quantity);
    }

    [Fact]
    public void Precondition_MissingFactor_ThenNamesLayerAndStrategy()
    {
        using var scope = NewDisposeScope();
        var refusal = Assert.Throws<ArgumentException>(() => Preconditioner.Precondition(PreconditioningStrategy.Kfac, "layers.1", ones(3, 4), LayerCurvature.None, DampingRule.Automatic));
        Assert.Contains("layers.1", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Kfac", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1e-9)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Absolute_NotADamping_ThenRefused(double value) => Assert.Throws<ArgumentOutOfRangeException>(() => DampingRule.Absolute(value));

    private static (LayerCurvature Curvature, Tensor Gradient) Layer()
    {
        var generator = new Generator(5);
        var a = randn(20, 4, dtype: ScalarType.Float64, generator: generator);
        var g = randn(20, 3, dtype: ScalarType.Float64, generator: generator);
        var lambda = randn(3, 4, dtype: ScalarType.Float64, generator: generator).square();
        var curvature = new LayerCurvature(Eigenbasis.Decompose("layer", a.t().mm(a), 20), Eigenbasis.Decompose("layer", g.t().mm(g), 20), lambda, 7);
        return (curvature, randn(3, 4, dtype: ScalarType.Float64, generator: generator));
    }
}
