using System.Text;
using IfGuide.Grains.Hosting;

namespace IfGuide.Grains.Tests.Hosting;

public sealed class FatalErrorHandlerTests
{
    /// <remarks>Orleans has no other sign: with another text, an evicted silo would end as a crash, and not with its own exit code.</remarks>
    [Fact]
    public void Orleans_StillBeginsItsMessageOfAnEvictionSo()
    {
        var runtime = File.ReadAllBytes(typeof(Silo).Assembly.Location);
        Assert.True(runtime.AsSpan().IndexOf(Encoding.Unicode.GetBytes(FatalErrorHandler.Evicted)) >= 0, $"Orleans.Runtime does not hold the text '{FatalErrorHandler.Evicted}'.");
    }
}
