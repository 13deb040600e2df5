using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature;

public sealed class LayerLambdaTests
{
    public static TheoryData<RotationOrder, bool, bool> Cases()
    {
        var data = new TheoryData<RotationOrder, bool, bool>();
        foreach (var order in Enum.GetValues<RotationOrder>())
        {
            data.Add(order, false, false);
            data.Add(order, true, false);
            data.Add(order, false, true);
            data.Add(order, true, true);
        }

        return data;
    }

    /// <summary>Large layers take sequences in turn, small ones all together: both must give the definition, in every order.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Add_EveryOrder_ThenSumOfSquaredRotatedGradients(RotationOrder order, bool hasBias, bool large)
    {
        using var scope = NewDisposeScope();
        var (inputs, outputs) = large ? (601L, 880L) : (5L, 4L);
        var columns = hasBias ? inputs + 1 : inputs;
        var a = Random(1, 2, 3, inputs);
        var g = Random(2, 2, 3, outputs);
        var qa = Orthogonal(3, columns);
        var qg = Orthogonal(4, outputs);
        using var lambda = new LayerLambda(inputs, outputs, hasBias, qa, qg, ScalarType.Float64, CPU);
        lambda.Add(a, g, order);
        lambda.Add(a.flip(0), g.flip(0), order);
        var expected = zeros(outputs, columns, dtype: ScalarType.Float64);
        for (var n = 0; n < 2; n++)
        {
            expected += 2 * qg.t().mm(Gradient(a[n], g[n], hasBias)).mm(qa).square();
        }

        TensorAssert.Close(expected, lambda.Sum, 1e-12);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Add_WithoutBasis_ThenSumOfSquaredGradients(bool hasBias)
    {
        using var scope = NewDisposeScope();
        var a = Random(1, 3, 4, 6);
        var g = Random(2, 3, 4, 5);
        using var lambda = new LayerLambda(6, 5, hasBias, null, null, ScalarType.Float64, CPU);
        lambda.Add(a, g, RotationOrder.BothFirst);
        var expected = zeros(5, hasBias ? 7 : 6, dtype: ScalarType.Float64);
        for (var n = 0; n < 3; n++)
        {
            expected += Gradient(a[n], g[n], hasBias).square();
        }

        TensorAssert.Close(expected, lambda.Sum, 1e-14);
    }

    /// <summary>With Q the eigenbasis of Kronecker factors, lambda is the diagonal of Qᵀ F Q, F the second moment of the sequences' gradients.</summary>
    [Fact]
    public void Add_ThenDiagonalOfTheRotatedFisher()
    {
        using var scope = NewDisposeScope();
        const int sequences = 6;
        var a = Random(1, sequences, 3, 4);
        var g = Random(2, sequences, 3, 5);
        var qa = Eigenbasis.Decompose("layer", SecondMoment(a), sequences * 3).Vectors;
        var qg = Eigenbasis.Decompose("layer", SecondMoment(g), sequences * 3).Vectors;
        using var lambda = new LayerLambda(4, 5, false, qa, qg, ScalarType.Float64, CPU);
        lambda.Add(a, g, RotationOrder.GradientsFirst);
        var fisher = zeros(20, 20, dtype: ScalarType.Float64);
        for (var n = 0; n < sequences; n++)
        {
            var gradient = Gradient(a[n], g[n], false).reshape(-1);
            fisher += gradient.outer(gradient);
        }

        var q = kron(qg, qa);
        TensorAssert.Close(q.t().mm(fisher).mm(q).diagonal().view(5, 4), lambda.Sum, 1e-12);
    }

    [Fact]
    public void Constructor_BasisOfTheWrongSize_ThenNamesBothShapes()
    {
        using var scope = NewDisposeScope();
        var refusal = Assert.Throws<ArgumentException>(() => new LayerLambda(4, 5, true, eye(4), eye(5), ScalarType.Float32, CPU));
        Assert.Contains("[4, 4]", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("[5, 5]", refusal.Message, StringComparison.Ordinal);
    }

    private static Tensor Random(ulong seed, params long[] shape) => randn(shape, dtype: ScalarType.Float64, generator: new Generator(seed));

    private static Tensor Orthogonal(ulong seed, long size) => linalg.qr(Random(seed, size, size)).Q;

    private static Tensor SecondMoment(Tensor rows)
    {
        var flat = rows.reshape(-1, rows.shape[2]);
        return flat.t().mm(flat);
    }

    private static Tensor Gradient(Tensor a, Tensor g, bool hasBias)
    {
        var extended = hasBias ? cat([a, ones(a.shape[0], 1, dtype: a.dtype)], 1) : a;
        return g.t().mm(extended);
    }
}
