using IfGuide.Numerics.Curvature;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature;

public sealed class FactorSumTests
{
    [Fact]
    public void Add_LargeAndSmallParts_ThenNothingIsLostToFloat32()
    {
        using var scope = NewDisposeScope();
        using var sum = new FactorSum();
        sum.Add(Named(tensor([1e8f, 1f])));
        for (var part = 0; part < 10; part++)
        {
            sum.Add(Named(tensor([1f, 1e-8f])));
        }

        Assert.Equal(1e8 + 10, sum.Totals["a"][0].item<double>());
        Assert.Equal(1 + (10 * (double)1e-8f), sum.Totals["a"][1].item<double>(), 1e-15);
        Assert.Equal(11, sum.Parts);
    }

    [Fact]
    public void Add_ThenTheFirstPartIsNotChanged()
    {
        using var scope = NewDisposeScope();
        var first = ones(2, dtype: ScalarType.Float64);
        using var sum = new FactorSum();
        sum.Add(Named(first));
        sum.Add(Named(first));
        Assert.Equal(1.0, first[0].item<double>());
        Assert.Equal(2.0, sum.Totals["a"][0].item<double>());
    }

    [Fact]
    public void Add_OtherNamesOrShapes_ThenRefusedByName()
    {
        using var scope = NewDisposeScope();
        using var sum = new FactorSum();
        sum.Add(Named(ones(2)));
        Assert.Contains("'a'", Assert.Throws<InvalidDataException>(() => sum.Add(Named(ones(3)))).Message, StringComparison.Ordinal);
        Assert.Contains("'b'", Assert.Throws<InvalidDataException>(() => sum.Add(new Dictionary<string, Tensor> { ["a"] = ones(2), ["b"] = ones(2) })).Message, StringComparison.Ordinal);
        Assert.Contains("'a'", Assert.Throws<InvalidDataException>(() => sum.Add(new Dictionary<string, Tensor> { ["b"] = ones(2) })).Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, Tensor> Named(Tensor tensor) => new() { ["a"] = tensor };
}
