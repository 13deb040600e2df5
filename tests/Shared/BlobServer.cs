using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace IfGuide.Tests.Shared;

/// <summary>A blob server of its own for a test: a real Azurite process with its data in a folder, that can be killed, stopped, started again, and whose data can be damaged.</summary>
internal sealed class BlobServer : IAsyncDisposable
{
    /// <summary>The account and the key that every emulator has; they are public.</summary>
    public const string Account = "devstoreaccount1";

    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    // Ends with the process that started it, however that ends: its standard input is closed then.
    private const string Program = "process.stdin.resume().on('end', () => process.exit()); require(process.argv[1]);";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    private readonly string folder = Directory.CreateTempSubdirectory("ifguide-blobs-").FullName;
    private Process? process;

    private readonly string account;

    private BlobServer(int port, string account)
    {
        Port = port;
        this.account = account;
    }

    public int Port { get; }

    public int ProcessId => process!.Id;

    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    /// <summary>What goes into <c>AZURE_STORAGE_CONNECTION_STRING</c>.</summary>
    public string ConnectionString => ConnectionStringWith(Key);

    /// <summary>A connection string with another key, in base 64.</summary>
    public string ConnectionStringWith(string key) => $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={key};BlobEndpoint={Endpoint}/{account};";

    /// <summary>Installs the server where it is missing, and starts one on a free port of the loopback address.</summary>
    /// <param name="account">The one account that it has.</param>
    public static async Task<BlobServer> StartAsync(string account = Account)
    {
        await Installed.Value;
        var server = new BlobServer(FreePort(), account);
        try
        {
            await server.RestartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server again, on the same port with the same data.</summary>
    public async Task RestartAsync()
    {
        Kill();
        var main = Path.Combine(Checkout.Root, "deploy/services/node_modules/azurite/dist/src/blob/main.js");
        string[] options = ["--silent", "--disableTelemetry", "--skipApiVersionCheck", "--location", folder, "--blobPort", Port.ToString(CultureInfo.InvariantCulture)];
        process = Process.Start(new ProcessStartInfo("node", ["-e", Program, main, .. options])
        {
            Environment = { ["AZURITE_ACCOUNTS"] = $"{account}:{Key}" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var ready = await ReadyAsync(process.StandardOutput).WaitAsync(Patience);
        if (!ready)
        {
            throw new InvalidOperationException($"Azurite did not start on port {Port}: {await error}");
        }

        _ = process.StandardOutput.ReadToEndAsync(); // whatever it says later must not fill the pipe
    }

    /// <summary>Waits until the server has written to its folder that it holds a blob: Azurite writes its index every five seconds, and what it acknowledged since is lost when it is killed. Azure never loses that.</summary>
    public async Task SettleAsync(string blob)
    {
        var index = Path.Combine(folder, "__azurite_db_blob__.json");
        for (var waited = Stopwatch.StartNew(); !File.Exists(index) || !(await File.ReadAllTextAsync(index)).Contains($"\"{blob}\"", StringComparison.Ordinal);)
        {
            if (waited.Elapsed > Patience)
            {
                throw new TimeoutException($"Azurite has not written '{blob}' to its index.");
            }

            await Task.Delay(100);
        }
    }

    /// <summary>Kills the server with -9; see <see cref="SettleAsync"/> for what stays.</summary>
    public void Kill()
    {
        if (process is not null)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
            process = null;
        }
    }

    /// <summary>Sends a signal by its name, e.g. <c>STOP</c> or <c>CONT</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Flips one bit of a blob in the server's own files.</summary>
    /// <param name="content">Bytes of the blob, enough of them to be found only there.</param>
    /// <param name="offset">Which of these bytes.</param>
    public void Damage(ReadOnlySpan<byte> content, int offset)
    {
        var places = 0;
        foreach (var path in Directory.EnumerateFiles(Path.Combine(folder, "__blobstorage__")))
        {
            var bytes = File.ReadAllBytes(path);
            for (var at = 0; bytes.AsSpan(at).IndexOf(content) is >= 0 and var found; at += found + 1)
            {
                using var file = File.OpenWrite(path);
                file.Position = at + found + offset;
                file.WriteByte((byte)(bytes[file.Position] ^ 1));
                places++;
            }
        }

        if (places == 0)
        {
            throw new InvalidOperationException("The server's files do not hold these bytes.");
        }
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<bool> ReadyAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            if (line.Contains("successfully listen", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task InstallAsync()
    {
        using var install = Process.Start(new ProcessStartInfo(Path.Combine(Checkout.Root, "deploy/services/install")) { RedirectStandardError = true })!;
        var said = await install.StandardError.ReadToEndAsync();
        await install.WaitForExitAsync();
        if (install.ExitCode != 0)
        {
            throw new InvalidOperationException($"deploy/services/install failed: {said}");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
