using IfGuide.Numerics.Runtime;
using IfGuide.Numerics.Selection;
using TorchSharp;

namespace IfGuide.Numerics.Tests.Selection;

public sealed class TorchRowSumTests
{
    public static TheoryData<int> Lengths => [1, 7, 8, 31, 32, 33, 63, 64, 513, 1000, 2048, 5001, 40000, 200000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Adds_in_the_order_of_torch(int length)
    {
        TorchRuntime.Load();
        torch.set_num_threads(1);
        using var scope = torch.NewDisposeScope();
        var random = new Random(length);
        var row = Enumerable.Range(0, length).Select(_ => (float)Math.Exp(random.NextDouble() * 20) * (random.Next(2) - 0.4f)).ToArray();
        const float Threshold = -50f;
        var above = row.Select(s => s > Threshold ? s : 0).ToArray();
        var expected = torch.tensor(above).reshape(1, length).expand(2, length).contiguous().sum(dim: 1)[0].item<float>();
        Assert.Equal(expected, TorchRowSum.Above(row, Threshold));
    }
}
