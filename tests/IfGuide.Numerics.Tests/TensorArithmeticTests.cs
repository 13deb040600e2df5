using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests;

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
        Assert.Equal([0.5, 1, -1.5], Values(left.Over(2)));
        Assert.Equal([1, 2, 0], Values(left.AtLeast(0)));
        Assert.Equal([0, 1, 0], Values(tensor([5L, 6L, 5L]).Differs(5).to_type(ScalarType.Float64)));
        var sum = left.clone();
        sum.AddInPlace(right);
        Assert.Equal([11, 22, 27], Values(sum));
        sum.AddProductInPlace(left, right);
        Assert.Equal([21, 62, -63], Values(sum));
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
            const int additions = 300_000;
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
