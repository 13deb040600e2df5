using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using IfGuide.EndToEnd.Harness;
using IfGuide.Tests.Shared;

namespace IfGuide.EndToEnd.Security;

/// <summary>Processes of a cluster with the certificates that deploy/certificates.sh makes: who gets in, and where they listen.</summary>
[Collection("cluster")]
public sealed class ClusterDoorsTests : IDisposable
{
    private static readonly Dictionary<string, string> Nothing = [];
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(15);
    private readonly Workplace place = new();

    [Fact]
    public async Task Cluster_WithCertificates_LetsInWhoHasThem()
    {
        var (ours, theirs) = (await CertificatesAsync("ours"), await CertificatesAsync("theirs"));
        await using var redis = await RedisServer.StartAsync();
        using var silo = await ProgramWith.SiloAsync(place.Folder, Nothing, ["--cluster", redis.Uri, .. Tls(ours, "silo")]);

        await ProgramWith.RunAsync(place.Folder, 0, Nothing, ["list", "--cluster", redis.Uri, .. Tls(ours, "client")]);
        await ProgramWith.RunAsync(place.Folder, 0, Environment(ours, "client"), "list", "--cluster", redis.Uri);
        Assert.Contains("If its silos use TLS, name --tls-certificate", await ProgramWith.RunAsync(place.Folder, 3, Nothing, "list", "--cluster", redis.Uri), StringComparison.Ordinal);
        Assert.Contains("has no silo that answers", await ProgramWith.RunAsync(place.Folder, 3, Environment(theirs, "client"), "list", "--cluster", redis.Uri), StringComparison.Ordinal);

        Assert.Contains("has the DNS name client.ifguide; a silo's certificate has silo.ifguide", await ProgramWith.RunAsync(place.Folder, 2, Environment(ours, "client"), "silo", "--cluster", redis.Uri), StringComparison.Ordinal);
        await AssertNeverReadyAsync(silo, redis, Nothing, "does not speak TLS");
        await AssertNeverReadyAsync(silo, redis, Environment(theirs, "silo"), "Refused a connection");
        await ProgramWith.RunAsync(place.Folder, 0, Environment(ours, "client"), "list", "--cluster", redis.Uri);
        Assert.DoesNotContain("PRIVATE KEY", silo.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silo_ListensOnTheGivenAddressAlone()
    {
        await using var redis = await RedisServer.StartAsync();
        using var silo = await ProgramWith.SiloAsync(place.Folder, Nothing, "--cluster", redis.Uri, "--listen", "127.0.0.2", "--health-port", "0");
        var listening = Listening(silo.ProcessId);
        Assert.Equal(3, listening.Count);
        Assert.All(listening, endpoint => Assert.Equal(IPAddress.Parse("127.0.0.2"), endpoint.Address));
        using var ready = JsonDocument.Parse(silo.Said.Split('\n').First(line => line.Contains("\"ready\"", StringComparison.Ordinal)));
        Assert.Contains(IPEndPoint.Parse(ready.RootElement.GetProperty("gateway").GetString()!), listening);
    }

    [Fact]
    public async Task EmbeddedRun_ListensOnLoopbackAlone()
    {
        using var tiny = Harness.TinyRun.Prepare();
        using var run = ProgramWith.Start(tiny.Folder, Nothing, "run", Harness.TinyRun.FileName, "--threads", "1");
        var seen = new List<IPEndPoint>();
        for (var waited = Stopwatch.StartNew(); seen.Count == 0 && waited.Elapsed < LongEnough; await Task.Delay(50))
        {
            seen.AddRange(Listening(run.ProcessId));
        }

        Assert.NotEmpty(seen);
        Assert.All(seen, endpoint => Assert.Equal(IPAddress.Loopback, endpoint.Address));
    }

    [Theory]
    [InlineData("10.255.255.1", "without TLS would let anybody who reaches that address into the cluster")]
    [InlineData("0.0.0.0", "name the one address of this machine")]
    [InlineData("::", "name the one address of this machine")]
    public async Task Silo_BeyondThisMachineInPlainText_IsRefused(string listen, string why) =>
        Assert.Contains(why, (await Ifguide.RunProcessAsync(place.Folder, "silo", "--cluster", "redis://127.0.0.1:1", "--listen", listen)).Expect(2).Complaint, StringComparison.Ordinal);

    [Fact]
    public async Task Silo_WithSomeOfTheFiles_IsToldWhichAreMissing()
    {
        var said = (await Ifguide.RunProcessAsync(place.Folder, "silo", "--cluster", "redis://127.0.0.1:1", "--tls-certificate", "x.pem")).Expect(2).Complaint;
        Assert.Contains("--tls-key (or IFGUIDE_TLS_KEY) and --tls-authority (or IFGUIDE_TLS_AUTHORITY)", said, StringComparison.Ordinal);
        said = (await Ifguide.RunProcessAsync(place.Folder, "list", "--cluster", "redis://127.0.0.1:1", "--tls-certificate", "x.pem", "--tls-key", "x.key", "--tls-authority", "a.pem")).Expect(2).Complaint;
        Assert.Contains("The TLS certificate 'x.pem' cannot be read", said, StringComparison.Ordinal);
    }

    public void Dispose() => place.Dispose();

    private async Task<string> CertificatesAsync(string name)
    {
        var folder = place[name];
        for (var times = 0; times < 2; times++) // again: the authority stays, the certificates are new
        {
            using var made = Process.Start(new ProcessStartInfo(Path.Combine(Workplace.Checkout, "deploy/certificates.sh"), [folder]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            await made.WaitForExitAsync().WaitAsync(LongEnough);
            Assert.Equal(0, made.ExitCode);
        }

        foreach (var key in Directory.EnumerateFiles(folder, "*.key"))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        }

        return folder;
    }

    private static string[] Tls(string folder, string who) => ["--tls-certificate", $"{folder}/{who}.pem", "--tls-key", $"{folder}/{who}.key", "--tls-authority", $"{folder}/authority.pem"];

    private static Dictionary<string, string> Environment(string folder, string who) => new()
    {
        ["IFGUIDE_TLS_CERTIFICATE"] = $"{folder}/{who}.pem",
        ["IFGUIDE_TLS_KEY"] = $"{folder}/{who}.key",
        ["IFGUIDE_TLS_AUTHORITY"] = $"{folder}/authority.pem",
    };

    private async Task AssertNeverReadyAsync(ProgramWith silo, RedisServer redis, Dictionary<string, string> environment, string told)
    {
        using var intruder = ProgramWith.Start(place.Folder, environment, "silo", "--json", "--cluster", redis.Uri);
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < LongEnough; await Task.Delay(200))
        {
            Assert.False(intruder.IsReady, "The intruder is a member of the cluster.");
        }

        Assert.Contains(told, silo.Said, StringComparison.Ordinal);
    }

    /// <summary>Where a process listens, as the kernel says.</summary>
    private static List<IPEndPoint> Listening(int processId)
    {
        var sockets = new HashSet<string>();
        foreach (var descriptor in Directory.EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/fd")))
        {
            if (new FileInfo(descriptor).LinkTarget is { } target && target.StartsWith("socket:[", StringComparison.Ordinal))
            {
                sockets.Add(target[8..^1]);
            }
        }

        var found = new List<IPEndPoint>();
        foreach (var table in new[] { "tcp", "tcp6" })
        {
            var rows = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/net/{table}")).Skip(1).Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            foreach (var row in rows.Where(row => row[3] == "0A" && sockets.Contains(row[9])))
            {
                var (address, port) = (row[1].Split(':')[0], row[1].Split(':')[1]);
                var bytes = Convert.FromHexString(address).Chunk(4).SelectMany(word => word.Reverse()).ToArray();
                found.Add(new IPEndPoint(new IPAddress(bytes) is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : new IPAddress(bytes), int.Parse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
            }
        }

        return found;
    }
}
