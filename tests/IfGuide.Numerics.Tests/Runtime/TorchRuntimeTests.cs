using IfGuide.Numerics.Runtime;
using TorchSharp;

namespace IfGuide.Numerics.Tests.Runtime;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void Load_OnThisMachine_ThenTensorsMultiply()
    {
        var report = TorchRuntime.Load();
        using var scope = torch.NewDisposeScope();
        Assert.Equal(16f, torch.ones(4, 4).mm(torch.ones(4, 4)).sum().item<float>() / 4);
        Assert.True(File.Exists(report.ShimPath));
    }
}
