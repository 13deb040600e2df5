using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Runtime;

public sealed class TorchDeviceTests
{
    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:one")]
    [InlineData("CPU")]
    [InlineData("")]
    public void Open_OfUnknownName_SaysWhatIsPossible(string name)
    {
        Assert.False(TorchDevice.IsName(name));
        var message = Assert.Throws<ArgumentException>(() => TorchDevice.Open(name)).Message;
        Assert.Contains($"'{name}' is no device. Use 'cpu'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OfCpu_GivesItWithTensorFloat32Off()
    {
        Assert.Equal(TorchSharp.DeviceType.CPU, TorchDevice.Open("cpu").type);
        Assert.False(backends.cuda.matmul.allow_tf32);
        Assert.False(backends.cudnn.allow_tf32);
        Assert.StartsWith("cpu (", TorchDevice.Describe(CPU), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OfAbsentGpu_NamesRemedy()
    {
        Assert.True(TorchDevice.IsName("cuda:999"));
        var message = Assert.Throws<ArgumentException>(() => TorchDevice.Open("cuda:999")).Message;
        Assert.Contains("'cuda:999' was asked for", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WithNoThreads_IsRefused() =>
        Assert.Contains("must be positive", Assert.Throws<ArgumentException>(() => TorchDevice.Open("cpu", threads: 0)).Message, StringComparison.Ordinal);
}
