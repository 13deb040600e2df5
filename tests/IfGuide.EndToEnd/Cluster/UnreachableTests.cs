using System.Globalization;
using System.Net;
using System.Net.Sockets;
using IfGuide.EndToEnd.Harness;
using IfGuide.Tests.Shared;
using TinyRun = IfGuide.EndToEnd.Harness.TinyRun;

namespace IfGuide.EndToEnd.Cluster;

/// <summary>What cannot be reached is said in one line, soon, with exit code 3; what is wrong with the arguments, with exit code 2.</summary>
[Collection("cluster")]
public sealed class UnreachableTests
{
    private const string NoRedis = "redis://127.0.0.1:1";

    [Fact]
    public async Task Client_WithoutRedis_NamesTheAddress()
    {
        using var place = TinyRun.Prepare();
        var said = (await Ifguide.RunProcessAsync(place.Folder, "run", TinyRun.FileName, "--cluster", NoRedis)).Expect(3);
        Assert.Contains($"No Redis answers at {NoRedis}", said.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silo_WithoutRedis_NamesTheAddress()
    {
        using var place = new Workplace();
        var said = (await Ifguide.RunProcessAsync(place.Folder, "silo", "--cluster", NoRedis)).Expect(3);
        Assert.Contains($"No Redis answers at {NoRedis}", said.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_OfAClusterWithoutSilos_SaysHowToStartOne()
    {
        using var place = new Workplace();
        await using var redis = await RedisServer.StartAsync();
        var said = (await Ifguide.RunProcessAsync(place.Folder, "list", "--cluster", redis.Uri)).Expect(3);
        Assert.Contains($"'ifguide silo --cluster {redis.Uri}'", said.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_OfAClusterWithoutAControlSilo_SaysThatNobodyAnswers()
    {
        using var place = new Workplace();
        await using var redis = await RedisServer.StartAsync();
        using var silo = await SiloProcess.StartAsync(place.Folder, redis.Uri, "compute");
        var said = (await Ifguide.RunProcessAsync(place.Folder, "list", "--cluster", redis.Uri)).Expect(3);
        Assert.Contains("No silo answered 'list'", said.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silo_OnAPortThatIsTaken_DoesNotStart()
    {
        using var place = new Workplace();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var said = (await Ifguide.RunProcessAsync(place.Folder, "silo", "--cluster", NoRedis, "--gateway-port", port)).Expect(2);
        Assert.Contains($"(--gateway-port) cannot be opened on 127.0.0.1:{port}: another process listens there", said.Complaint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("silo", "needs --cluster")]
    [InlineData("silo --cluster redis://127.0.0.1:1 --role worker", "expected all, compute or control")]
    [InlineData("silo --cluster redis://127.0.0.1:1 --silo-port 70000", "expected 0 to 65535")]
    [InlineData("silo --cluster redis://127.0.0.1:1 --listen 0.0.0.0", "the one address of this machine")]
    [InlineData("silo --cluster redis://127.0.0.1:1 --listen 192.0.2.1", "without TLS")]
    [InlineData("silo --cluster redis://127.0.0.1:1 --listen 192.0.2.1 --insecure", "this machine has no such address")]
    public async Task Silo_WrongOptions_AreUserErrors(string arguments, string named)
    {
        using var place = new Workplace();
        Assert.Contains(named, (await Ifguide.RunProcessAsync(place.Folder, arguments.Split(' '))).Expect(2).Complaint, StringComparison.Ordinal);
    }
}
