using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace IfGuide.Tests.Shared;

/// <summary>A Redis of its own for a test: a real redis-server process with an append-only file in a folder, that can be stopped, killed and started again with its data.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    // Ends with the process that started it, however that ends: its standard input is closed then.
    private const string Script = """redis-server "$@" < /dev/null & echo "pid $!"; cat > /dev/null; { kill -9 $!; wait; } 2> /dev/null""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    private readonly string folder = Directory.CreateTempSubdirectory("ifguide-redis-").FullName;
    private Process? shell;

    private RedisServer(int port) => Port = port;

    public int Port { get; }

    public int ProcessId { get; private set; }

    /// <summary>What goes behind <c>--cluster</c>.</summary>
    public string Uri => string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{Port}");

    /// <summary>Installs the server where it is missing, and starts one on a free port of the loopback address.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        await Installed.Value;
        var server = new RedisServer(FreePort());
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

    /// <summary>Starts the server again, on the same port with its append-only file.</summary>
    public async Task RestartAsync()
    {
        Kill();
        string[] options =
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", folder,
            "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction",
        ];
        shell = Process.Start(new ProcessStartInfo("bash", ["-c", Script, "redis", .. options]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await ReadyAsync(shell.StandardOutput).WaitAsync(Patience);
        _ = shell.StandardOutput.ReadToEndAsync(); // whatever it says later must not fill the pipe
    }

    /// <summary>Kills the server with -9; what it has acknowledged stays in its append-only file.</summary>
    public void Kill() => End("KILL");

    /// <summary>Stops the server as an operator does.</summary>
    public void Stop() => End("TERM");

    /// <summary>Sends a signal by its name, e.g. <c>STOP</c> or <c>CONT</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private void End(string signal)
    {
        if (shell is null)
        {
            return;
        }

        if (signal != "KILL")
        {
            Signal(signal);
            if (!SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{ProcessId}"), Patience))
            {
                throw new InvalidOperationException($"redis-server (process {ProcessId}) did not end after {signal}.");
            }
        }

        shell.StandardInput.Close();
        shell.WaitForExit();
        shell.Dispose();
        shell = null;
    }

    private async Task ReadyAsync(StreamReader output)
    {
        var said = new List<string>();
        while (await output.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("pid ", StringComparison.Ordinal))
            {
                ProcessId = int.Parse(line[4..], CultureInfo.InvariantCulture);
            }
            else if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
            {
                return;
            }

            said.Add(line);
        }

        throw new InvalidOperationException($"redis-server did not start on port {Port}: {string.Join('\n', said)}");
    }

    private static async Task InstallAsync()
    {
        const string Commands = "command -v redis-server > /dev/null || { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends redis-server; }";
        using var install = Process.Start(new ProcessStartInfo("bash", ["-c", Commands]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await Task.WhenAll(install.StandardOutput.ReadToEndAsync(), install.StandardError.ReadToEndAsync());
        await install.WaitForExitAsync();
        if (install.ExitCode != 0)
        {
            throw new InvalidOperationException($"redis-server is missing and could not be installed ('apt-get install redis-server'): {string.Join('\n', said)}");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
