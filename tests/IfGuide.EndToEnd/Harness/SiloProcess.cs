using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace IfGuide.EndToEnd.Harness;

/// <summary>A silo of a cluster as a process of its own.</summary>
internal sealed class SiloProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly Process process;
    private readonly StringBuilder said = new();

    private SiloProcess(Process process) => this.process = process;

    public int ProcessId => process.Id;

    public string Name { get; private set; } = string.Empty;

    public string? Health { get; private set; }

    public string Gateway { get; private set; } = string.Empty;

    /// <summary>What it wrote to standard error so far.</summary>
    public string Said
    {
        get
        {
            lock (said)
            {
                return said.ToString();
            }
        }
    }

    /// <summary>Whether libtorch is in its address space.</summary>
    public bool HasLibtorch => File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{ProcessId}/maps")).Contains("libtorch", StringComparison.Ordinal);

    /// <summary>Starts a silo and waits until it is ready.</summary>
    /// <param name="folder">Where it runs.</param>
    /// <param name="cluster">The Redis of its cluster.</param>
    /// <param name="role">Its role.</param>
    /// <param name="options">More options.</param>
    public static async Task<SiloProcess> StartAsync(string folder, string cluster, string role, params string[] options)
    {
        var start = new ProcessStartInfo(Ifguide.Program, ["silo", "--json", "--cluster", cluster, "--role", role, "--threads", "1", .. options])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        var silo = new SiloProcess(process);
        process.ErrorDataReceived += (_, line) => silo.Hear(line.Data);
        process.BeginErrorReadLine();
        try
        {
            silo.Ready(await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience));
            return silo;
        }
        catch
        {
            silo.Dispose();
            throw;
        }
    }

    public void Kill() => process.Kill();

    /// <summary>Sends a signal by its name, e.g. <c>TERM</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync(TimeSpan limit)
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(limit, TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }

    private void Ready(string? line)
    {
        if (line is null)
        {
            process.WaitForExit();
            Assert.Fail($"The silo ended with {process.ExitCode} before it was ready: {Said}");
        }

        using var ready = JsonDocument.Parse(line);
        Assert.Equal("ready", ready.RootElement.GetProperty("event").GetString());
        Assert.Equal(ProcessId, ready.RootElement.GetProperty("pid").GetInt32());
        Name = ready.RootElement.GetProperty("name").GetString()!;
        Gateway = ready.RootElement.GetProperty("gateway").GetString()!;
        Health = ready.RootElement.TryGetProperty("health", out var health) ? health.GetString() : null;
    }

    private void Hear(string? line)
    {
        lock (said)
        {
            said.AppendLine(line);
        }
    }
}
