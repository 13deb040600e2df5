using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Runtime;

[Collection(Curvature.CountsTensors.Name)]
public sealed class TensorArithmeticTests
{
    [Fact]
    public void EveryOperation_ThenItsValue()
    {
        using var scope = NewDisposeScope();
        var (left, right) = (tensor([1.0, 2.0, -3.0]), tensor([10.0, 20.0, 30.0]));
        Assert.Equal([11, 22, 27], Values(left.Plus(right)));
        Assert.Equal([1.5, 2.5, -2.5], Values(left.Plus(0.5)));
        Assert.Equal([2, 4, -6], Values(left.Times(2)));
        Assert.Equal([4L, 5L, 6L], TensorArithmetic.Range(4, 7, CPU).data<long>().ToArray());
        Assert.Equal([13L, 15L, 17L], TensorArithmetic.Range(4, 7, CPU).Times(2).Plus(5).AtMost(99).data<long>().ToArray());
        Assert.Equal([0.5, 1, -1.5], Values(left.Over(2)));
        Assert.Equal([1, 2, 0], Values(left.AtLeast(0)));
        Assert.Equal([0, 1, 0], Values(tensor([5L, 6L, 5L]).Differs(5).to_type(ScalarType.Float64)));
        Assert.Equal([1, 0, 1], Values(tensor([5L, 6L, 5L]).IsEqualTo(5).to_type(ScalarType.Float64)));
        Assert.Equal([0, 0, 1], Values(left.IsBelow(1).to_type(ScalarType.Float64)));
        Assert.Equal([1, 1, -3], Values(left.AtMost(1)));
        Assert.Equal([-9, -18, -33], Values(left.PlusProduct(ones(3, ScalarType.Float64), right, -1).Plus(left.Times(0))));
        Assert.Equal([7, 7, -3], Values(left.clone().FillInPlace(tensor([true, true, false]), 7)));
        var sum = left.clone();
        sum.AddInPlace(right);
        Assert.Equal([11, 22, 27], Values(sum));
        sum.AddProductInPlace(left, right);
        Assert.Equal([21, 62, -63], Values(sum));
        Assert.Equal([42.5, 124.5, -125.5], Values(sum.TimesInPlace(2).AddInPlace(0.5)));
        sum.FillInPlace(3).unsqueeze(1).AddRowsInPlace(tensor([0L, 2L]), ones(2, 1, ScalarType.Float64), -2);
        Assert.Equal([1, 3, 1], Values(sum));
    }

    /// <summary>Without a hold on the number about one addition in 8,000 throws.</summary>
    [Fact]
    public void Additions_BesideACollectingThread_ThenNoneFails()
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            using var sum = zeros(4).DetachFromDisposeScope();
            using var one = ones(4).DetachFromDisposeScope();
            const int additions = 150_000;
            for (var index = 0; index < additions; index++)
            {
                sum.AddInPlace(one);
            }

            Assert.Equal(additions, sum[2].item<float>());
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }

    private static double[] Values(Tensor tensor) => tensor.data<double>().ToArray();
}
