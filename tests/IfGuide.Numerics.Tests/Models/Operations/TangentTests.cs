using IfGuide.Numerics.Models.Operations;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Models.Operations;

public sealed class TangentTests : IDisposable
{
    private const double Tolerance = 1e-9;
    private readonly Generator generator = new(1);

    public void Dispose() => generator.Dispose();

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public void Linear_AlongInputAndWeights_EqualsDifferences(bool biased, bool inputMoves, bool weightsMove)
    {
        using var scope = NewDisposeScope();
        var (weight, bias, u) = (Random(5, 3), biased ? Random(5) : null, Random(5, biased ? 4 : 3));
        var (x, moved) = (Random(2, 4, 3), Random(2, 4, 3));
        var pass = weightsMove ? new ForwardPass { Directions = [new Dictionary<string, Tensor> { ["layer"] = u }] } : ForwardPass.Plain;
        var actual = Linear.Apply(new TrackedLayer(0, "layer", weight, bias, "layer"), new Dual(x, inputMoves ? moved : null), pass);
        var expected = Derivative.AtZero(step =>
        {
            var (along, input) = (weightsMove ? step : 0, inputMoves ? x + moved * step : x);
            return nn.functional.linear(input, weight + u.narrow(1, 0, 3) * along, bias is null ? null : bias + u.select(1, 3) * along);
        });
        TensorAssert.Close(nn.functional.linear(x, weight, bias), actual.Value, 1e-14);
        TensorAssert.Close(expected, actual.Tangent!, Tolerance);
    }

    [Fact]
    public void LayerNormalisation_AlongInput_EqualsDifferences()
    {
        using var scope = NewDisposeScope();
        var (weight, bias) = (Random(6), Random(6));
        AssertUnary(x => LayerNormalisation.Apply(x, weight, bias, 1e-5), 3, 4, 6);
    }

    [Fact]
    public void RootMeanSquareNormalisation_AlongInput_EqualsDifferences()
    {
        using var scope = NewDisposeScope();
        var weight = Random(6);
        AssertUnary(x => RootMeanSquareNormalisation.Apply(x, weight, 1e-5), 3, 4, 6);
    }

    [Fact]
    public void Gelu_AlongInput_EqualsDifferences()
    {
        using var scope = NewDisposeScope();
        AssertUnary(Gelu.Apply, 3, 50);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void GatedSilu_AlongEitherInput_EqualsDifferences(bool gateMoves, bool upMoves)
    {
        using var scope = NewDisposeScope();
        var (gate, up, gateMoved, upMoved) = (Random(3, 20), Random(3, 20), Random(3, 20), Random(3, 20));
        var actual = GatedSilu.Apply(new Dual(gate, gateMoves ? gateMoved : null), new Dual(up, upMoves ? upMoved : null));
        var expected = Derivative.AtZero(step =>
            nn.functional.silu(gate + gateMoved * (gateMoves ? step : 0)) * (up + upMoved * (upMoves ? step : 0)));
        TensorAssert.Close(nn.functional.silu(gate) * up, actual.Value, 1e-14);
        TensorAssert.Close(expected, actual.Tangent!, Tolerance);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Addition_AlongEitherInput_AddsTangents(bool leftMoves, bool rightMoves)
    {
        using var scope = NewDisposeScope();
        var (left, right, leftMoved, rightMoved) = (Random(3, 4), Random(3, 4), Random(3, 4), Random(3, 4));
        var actual = Addition.Apply(new Dual(left, leftMoves ? leftMoved : null), new Dual(right, rightMoves ? rightMoved : null));
        TensorAssert.Close(leftMoved * (leftMoves ? 1 : 0) + rightMoved * (rightMoves ? 1 : 0), actual.Tangent!, 0);
        TensorAssert.Close(left + right, actual.Value, 0);
    }

    [Fact]
    public void Operations_WithoutTangent_ComputeNone()
    {
        using var scope = NewDisposeScope();
        var constant = Dual.Constant(Random(2, 3, 6));
        Assert.Null(LayerNormalisation.Apply(constant, Random(6), Random(6), 1e-5).Tangent);
        Assert.Null(RootMeanSquareNormalisation.Apply(constant, Random(6), 1e-5).Tangent);
        Assert.Null(Gelu.Apply(constant).Tangent);
        Assert.Null(GatedSilu.Apply(constant, constant).Tangent);
        Assert.Null(Addition.Apply(constant, constant).Tangent);
        Assert.Null(Linear.Apply(new TrackedLayer(0, "layer", Random(5, 6), null, "layer"), constant, ForwardPass.Plain).Tangent);
    }

    private void AssertUnary(Func<Dual, Dual> operation, params long[] shape)
    {
        var (x, moved) = (Random(shape), Random(shape));
        var actual = operation(new Dual(x, moved));
        TensorAssert.Close(operation(Dual.Constant(x)).Value, actual.Value, 1e-14, "value");
        TensorAssert.Close(Derivative.AtZero(step => operation(Dual.Constant(x + moved * step)).Value), actual.Tangent!, Tolerance, "tangent");
    }

    private Tensor Random(params long[] shape) => randn(shape, ScalarType.Float64, generator: generator);
}
