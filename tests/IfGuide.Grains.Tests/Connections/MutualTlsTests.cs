using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using IfGuide.Abstractions;
using IfGuide.Client;
using IfGuide.Client.Connections;
using IfGuide.Grains.Tests.Toy;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace IfGuide.Grains.Tests.Connections;

/// <summary>Silos over real sockets: who has the right certificate for a port comes in, and nobody else.</summary>
public sealed class MutualTlsTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(6);
    private readonly TestAuthority authority = new();
    private readonly TestAuthority foreign = new();
    private readonly TemporaryStore store = new();
    private SocketSilo? first;

    private SocketSilo First => first!;

    public async ValueTask InitializeAsync() => first = await SocketSilo.StartAsync(store, authority.Silo());

    [Fact]
    public async Task TwoSilosAndAClient_WithRightCertificates_ComputeARun()
    {
        await using var second = await SocketSilo.StartAsync(store, authority.Silo(), First);
        Assert.Equal(2, await First.ActiveAsync());
        using var client = await First.ConnectAsync(builder => builder.UseMutualTls(authority.ClientOnly()), Patience);
        var ifguide = new IfGuideClient(client.Services.GetRequiredService<IClusterClient>());
        var run = await ifguide.SubmitAsync(ToyRun.Specification());
        Assert.Equal(RunState.Done, (await run.WaitAsync().WaitAsync(Patience))?.State);
        Assert.DoesNotContain(First.Log, line => line.Contains("certificate", StringComparison.Ordinal));
        await client.StopAsync();
    }

    [Fact]
    public async Task Silo_WithAClientsCertificate_NeverBecomesActive()
    {
        await AssertNoIntrusionAsync(Posing(authority.ClientOnly(), ClusterIdentity.Client));
        Assert.Contains(First.Log, line => line.Contains("has the DNS name client.ifguide, and only silo.ifguide may connect here", StringComparison.Ordinal));
        using var client = await First.ConnectAsync(builder => builder.UseMutualTls(authority.ClientOnly()), Patience);
        await client.StopAsync(); // the same certificate is good at the gateway
    }

    [Fact]
    public async Task Silo_OfAnotherAuthority_NeverBecomesActive()
    {
        await AssertNoIntrusionAsync(Posing(foreign.Silo() with { Authority = foreign.RootPath }, ClusterIdentity.Silo));
        Assert.NotEmpty(First.Log);
    }

    [Fact]
    public async Task Silo_InPlainText_NeverBecomesActive()
    {
        await AssertNoIntrusionAsync(configure: null);
        Assert.NotEmpty(First.Log);
    }

    [Fact]
    public async Task Client_InPlainText_IsRefused() => await AssertRefusedAsync(_ => { });

    [Fact]
    public async Task Client_OfAnotherAuthority_IsRefused()
    {
        await AssertRefusedAsync(Calling(foreign.ClientOnly()));
        await AssertRefusedAsync(builder => builder.UseMutualTls(foreign.ClientOnly()));
    }

    [Fact]
    public async Task Client_ThatTrustsAnotherAuthority_DoesNotTalkToTheSilo()
    {
        using var pair = new TestAuthority();
        await AssertRefusedAsync(builder => builder.UseMutualTls(pair.ClientOnly()));
        Assert.NotEmpty(First.Log);
    }

    [Theory]
    [InlineData(new[] { "client.ifguide" }, true, "NotTimeValid")]
    [InlineData(new[] { "other.ifguide" }, false, "only client.ifguide and silo.ifguide may connect here")]
    [InlineData(new[] { "client.ifguide.example" }, false, "only client.ifguide and silo.ifguide may connect here")]
    [InlineData(new[] { "*.ifguide" }, false, "only client.ifguide and silo.ifguide may connect here")]
    [InlineData(new string[0], false, "has no DNS name, and only")]
    public async Task Handshake_WithAWrongCertificate_IsRefusedAndTheLogSaysWhy(string[] names, bool expired, string reason)
    {
        var files = authority.Issue(names, ageAtExpiry: expired ? TimeSpan.FromDays(1) : null, commonName: "client.ifguide");
        using var certificate = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        await AssertHangsUpAsync(First.GatewayPort, certificate, reason);
        await AssertHangsUpAsync(First.SiloPort, certificate, expired ? reason : "may connect here");
    }

    [Fact]
    public async Task Handshake_WithoutACertificate_IsRefused() => await AssertHangsUpAsync(First.GatewayPort, certificate: null, "it shows no certificate");

    [Fact]
    public async Task Handshake_WithAPurposeMissing_IsRefused()
    {
        var files = authority.Issue(["client.ifguide"], purposes: []);
        using var certificate = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        await AssertHangsUpAsync(First.GatewayPort, certificate, "has no extended key usage");
    }

    [Fact]
    public async Task Connection_ThatSaysNothing_IsClosedAfterTenSeconds()
    {
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, First.GatewayPort);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        Assert.Equal(0, await ReadAsync(silent.GetStream(), patience.Token));
        Assert.Contains(First.Log, line => line.Contains("no handshake within 10 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PlainText_GetsNoAnswerOfOrleans()
    {
        using var talker = new TcpClient();
        await talker.ConnectAsync(IPAddress.Loopback, First.SiloPort);
        await talker.GetStream().WriteAsync(Encoding.ASCII.GetBytes(new string('x', 512)));
        using var patience = new CancellationTokenSource(Short);
        var answer = new byte[64];
        var count = await ReadAsync(talker.GetStream(), patience.Token, answer);
        Assert.True(count == 0 || answer[0] == 0x15, "a TLS alert at most");
    }

    [Fact]
    public async Task Client_ThatMeetsAnImpostor_DoesNotTalkToIt()
    {
        // The impostor has a certificate of the right authority, but a client's.
        var files = authority.Issue(["client.ifguide"]);
        using var certificate = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var meeting = Task.Run(async () =>
        {
            using var met = await listener.AcceptTcpClientAsync();
            await using var stream = new SslStream(met.GetStream());
            try
            {
                await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, ClientCertificateRequired = true, RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null });
                return await ReadAsync(stream, CancellationToken.None);
            }
            catch (Exception exception) when (exception is IOException or AuthenticationException)
            {
                return 0;
            }
        });
        await Assert.ThrowsAnyAsync<Exception>(() => First.ConnectAsync(
            builder =>
            {
                builder.UseMutualTls(authority.ClientOnly());
                builder.UseStaticClustering((IPEndPoint)listener.LocalEndpoint);
            },
            Short));
        Assert.Equal(0, await meeting.WaitAsync(Patience));
        listener.Stop();
    }

    [Fact]
    public async Task ReplacedCertificate_ServesTheNextConnection()
    {
        var files = authority.Silo();
        await using var silo = await SocketSilo.StartAsync(store, files, First);
        var before = await ServerSerialAsync(silo.GatewayPort);
        var fresh = authority.Silo();
        File.Copy(fresh.Certificate, files.Certificate, overwrite: true);
        File.Copy(fresh.Key, files.Key, overwrite: true);
        Assert.NotEqual(before, await ServerSerialAsync(silo.GatewayPort));
        Assert.Equal(2, await First.ActiveAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (first is not null)
        {
            await first.DisposeAsync();
        }

        store.Dispose();
        foreign.Dispose();
        authority.Dispose();
    }

    /// <summary>A silo that uses its certificate without the examination that IfGuide's own start makes.</summary>
    private static Action<ISiloBuilder> Posing(ClusterTls files, ClusterIdentity identity) => silo =>
    {
        var credentials = TlsCredentials.Open(files, identity);
        silo.Configure<SiloConnectionOptions>(options =>
        {
            options.ConfigureSiloInboundConnection(builder => builder.UseMutualTlsInbound(credentials, ClusterIdentity.Silo, ClusterIdentity.Client));
            options.ConfigureSiloOutboundConnection(builder => builder.UseMutualTlsOutbound(credentials));
        });
    };

    private Action<IClientBuilder> Calling(ClusterTls files) => client =>
    {
        // Trusts the cluster's authority and shows a certificate of another.
        var both = Path.Combine(authority.Folder, "both.pem");
        File.WriteAllText(both, File.ReadAllText(authority.RootPath) + "\n" + File.ReadAllText(files.Authority));
        client.UseMutualTls(files with { Authority = both });
    };

    private async Task AssertNoIntrusionAsync(Action<ISiloBuilder>? configure)
    {
        Assert.False(await SocketSilo.TryIntrudeAsync(store, configure, First, Short), "the intruder runs");
        Assert.Equal(1, await First.ActiveAsync());
    }

    private async Task AssertRefusedAsync(Action<IClientBuilder> configure)
    {
        var before = First.Log.Count;
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => First.ConnectAsync(configure, Short));
        Assert.IsNotType<UserErrorException>(refusal); // that would be this side's own examination
        await UntilAsync(() => First.Log.Count > before);
    }

    private async Task AssertHangsUpAsync(int port, X509Certificate2? certificate, string reason)
    {
        using var caller = new TcpClient();
        await caller.ConnectAsync(IPAddress.Loopback, port);
        using var patience = new CancellationTokenSource(Patience);
        await using var stream = new SslStream(caller.GetStream());
        try
        {
            await stream.AuthenticateAsClientAsync(Options(certificate), patience.Token);
            await stream.WriteAsync(new byte[512], patience.Token);
            Assert.Equal(0, await ReadAsync(stream, patience.Token));
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            // Hung up in the middle.
        }

        await UntilAsync(() => First.Log.Any(line => line.Contains(reason, StringComparison.Ordinal)), $"expected '{reason}'");
    }

    private async Task UntilAsync(Func<bool> holds, string? what = null)
    {
        for (var tries = 0; !holds(); tries++)
        {
            Assert.True(tries < 200, $"{what} in:\n{string.Join('\n', First.Log)}");
            await Task.Delay(50);
        }
    }

    private async Task<string> ServerSerialAsync(int port)
    {
        using var caller = new TcpClient();
        await caller.ConnectAsync(IPAddress.Loopback, port);
        await using var stream = new SslStream(caller.GetStream());
        var files = authority.ClientOnly();
        using var certificate = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        await stream.AuthenticateAsClientAsync(Options(certificate));
        return ((X509Certificate2)stream.RemoteCertificate!).SerialNumber;
    }

    private static SslClientAuthenticationOptions Options(X509Certificate2? certificate) => new()
    {
        TargetHost = "silo.ifguide",
        ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
        RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
    };

    private static async Task<int> ReadAsync(Stream stream, CancellationToken cancellationToken, byte[]? buffer = null)
    {
        try
        {
            return await stream.ReadAsync(buffer ?? new byte[64], cancellationToken);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
