using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Cluster;

/// <summary>What a cluster consists of.</summary>
internal sealed record ClusterPlan
{
    public int Control { get; init; } = 2;

    public int Compute { get; init; } = 2;

    /// <summary>Store of the silos; null: a container of the cluster's own blob server.</summary>
    public string? Store { get; init; }

    /// <summary>Gives each silo a network namespace of its own, so that links can be cut.</summary>
    public bool Networked { get; init; }
}

/// <summary>Redis, a blob server and silos, as <c>deploy/local-cluster.sh</c> starts them; any of them can be killed, frozen and started again.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private const int PortsOfOne = 400;
    private static readonly TimeSpan LongestDying = TimeSpan.FromMinutes(1);
    private static readonly string Script = Path.Combine(Workplace.Checkout, "deploy/local-cluster.sh");
    private static int taken = Environment.ProcessId % 20;
    private readonly int port;
    private bool succeeded;

    private LocalCluster(string folder, int port, Network? network)
    {
        Folder = folder;
        this.port = port;
        Network = network;
    }

    public string Folder { get; }

    public Network? Network { get; }

    /// <summary>Options of a client of this cluster.</summary>
    public string[] Options { get; private set; } = [];

    /// <summary>Environment of a client of this cluster.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; private set; } = new Dictionary<string, string>();

    public static async Task<LocalCluster> StartAsync(ClusterPlan plan)
    {
        var folder = Directory.CreateTempSubdirectory("ifguide-cluster-").FullName;
        var network = plan.Networked ? Network.Create() : null;
        var cluster = new LocalCluster(folder, FreePorts(), network);
        try
        {
            var address = network?.HostAddress ?? "127.0.0.1";
            var silos = Enumerable.Range(1, plan.Control).Select(number => $"control-{number}").Concat(Enumerable.Range(1, plan.Compute).Select(number => $"compute-{number}"));
            if (network is not null)
            {
                File.WriteAllLines(Path.Combine(folder, "hosts"), silos.Select(network.Add));
            }

            await cluster.ScriptAsync("up", "--control", Text(plan.Control), "--silos", Text(plan.Compute), "--threads", "1", "--port-base", Text(cluster.port), "--address", address, "--store", plan.Store ?? "azure:ifguide");
            cluster.Variables = File.ReadLines(Path.Combine(folder, "cluster.env")).Select(line => line["export ".Length..].Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim('\''));
            cluster.Options = ["--cluster", cluster.Variables["IFGUIDE_CLUSTER"], "--store", cluster.Variables["IFGUIDE_STORE"]];
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Every process that was started and not taken away.</summary>
    public IEnumerable<string> Silos => Directory.EnumerateFiles(Folder, "c*-*.pid").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal);

    public bool IsRunning(string name) => ProcessOf(name) is { } process && !State(process).StartsWith('Z');

    /// <summary>Whether the cluster takes a silo for alive.</summary>
    public async Task<bool> IsMemberAsync(string name) =>
        (await Ifguide.RunProcessAsync(Folder, ["doctor", .. Options], Variables)).Output.Contains($"{name} (", StringComparison.Ordinal);

    /// <summary>Starts a process (again); returns when it is ready.</summary>
    public async Task StartAsync(string name)
    {
        await ScriptAsync("start", name);
        if (!IsRunning(name))
        {
            throw new InvalidOperationException($"{name} was started and does not run; its log is in {Folder}.");
        }
    }

    /// <summary>Starts a process again that was just killed: it is there until the kernel has taken it away, and while it is there no other is started.</summary>
    public async Task RestartAsync(string name)
    {
        if (!await EndsAsync(name, LongestDying))
        {
            throw new InvalidOperationException($"{name} was killed and is still there after {LongestDying.TotalSeconds:0} s.");
        }

        await StartAsync(name);
    }

    /// <summary>Sends a signal by its name, e.g. <c>KILL</c>.</summary>
    public void Signal(string name, string signal) => Send(ProcessOf(name) ?? throw new InvalidOperationException($"{name} does not run."), signal);

    public void Signal(IEnumerable<string> names, string signal)
    {
        foreach (var name in names)
        {
            Signal(name, signal);
        }
    }

    /// <summary>Waits for a process' end.</summary>
    /// <returns>Whether it ended in time.</returns>
    public async Task<bool> EndsAsync(string name, TimeSpan patience)
    {
        for (var started = Stopwatch.GetTimestamp(); IsRunning(name); await Task.Delay(100))
        {
            if (Stopwatch.GetElapsedTime(started) > patience)
            {
                return false;
            }
        }

        return true;
    }

    public string LogOf(string name) => Path.Combine(Folder, name + ".log");

    public async ValueTask DisposeAsync()
    {
        if (!Directory.Exists(Folder))
        {
            return;
        }

        foreach (var silo in Silos.Where(IsRunning))
        {
            Signal(silo, "KILL"); // what must end in order is tested elsewhere
        }

        await ScriptAsync("down");
        Network?.Dispose();
        if (succeeded)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    /// <summary>Says that all went well: logs and data go. They stay otherwise, for whoever wants to know why.</summary>
    public void Succeeded() => succeeded = true;

    private static void Send(int process, string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, Text(process)]);
        kill.WaitForExit();
    }

    private static string State(int process)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{process}/stat");
            return status[(status.LastIndexOf(')') + 2)..];
        }
        catch (IOException)
        {
            return "Z";
        }
    }

    /// <summary>A process' id; null when it does not run.</summary>
    public int? ProcessOf(string name)
    {
        var file = Path.Combine(Folder, name + ".pid");
        if (!File.Exists(file))
        {
            return null;
        }

        var known = File.ReadAllText(file).Split(' ', StringSplitOptions.TrimEntries);
        var process = int.Parse(known[0], CultureInfo.InvariantCulture);
        return State(process).Split(' ') is { Length: > 19 } fields && fields[19] == known[1] ? process : null;
    }

    private async Task ScriptAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Script, [.. arguments, "--folder", Folder]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["IFGUIDE_PROGRAM"] = Ifguide.Program;
        using var script = Process.Start(start)!;
        var said = script.StandardError.ReadToEndAsync();
        await script.StandardOutput.ReadToEndAsync();
        await script.WaitForExitAsync();
        if (script.ExitCode != 0)
        {
            throw new InvalidOperationException($"local-cluster.sh {string.Join(' ', arguments)} failed:\n{await said}");
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int FreePorts()
    {
        for (var i = 0; i < 50; i++)
        {
            var port = 10000 + (Interlocked.Increment(ref taken) % 50 * PortsOfOne);
            if (IsFree(port) && IsFree(port + 1) && IsFree(port + 101) && IsFree(port + 151))
            {
                return port;
            }
        }

        throw new InvalidOperationException("No free ports between 10000 and 30000.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
