using System.Diagnostics;
using System.Globalization;
using System.Text;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Security;

/// <summary>The program with an environment of its own, everything that it says kept.</summary>
internal sealed class ProgramWith : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Process process;
    private readonly StringBuilder said = new();
    private readonly string command;

    private ProgramWith(Process process, string command)
    {
        this.process = process;
        this.command = command;
    }

    public int ProcessId => process.Id;

    /// <summary>Standard output and standard error so far.</summary>
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

    /// <summary>What anybody on this machine sees of it in a list of processes.</summary>
    public string CommandLine => File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{ProcessId}/cmdline"));

    /// <summary>Starts the program.</summary>
    public static ProgramWith Start(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Ifguide.Program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        var program = new ProgramWith(process, string.Join(' ', arguments));
        process.OutputDataReceived += (_, line) => program.Hear(line.Data);
        process.ErrorDataReceived += (_, line) => program.Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Runs the program to its end.</summary>
    /// <param name="folder">Where it runs.</param>
    /// <param name="expected">Its exit code; null: any.</param>
    /// <param name="environment">Variables beside this process' own.</param>
    /// <param name="arguments">The command line.</param>
    /// <returns>Everything that it said.</returns>
    public static async Task<string> RunAsync(string folder, int? expected, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var program = Start(folder, environment, arguments);
        await program.process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        Assert.True(expected is null || program.process.ExitCode == expected, $"'{program.command}' ended with {program.process.ExitCode}, expected {expected}: {program.Said}");
        return program.Said;
    }

    /// <summary>Starts a silo and waits until it is ready.</summary>
    public static async Task<ProgramWith> SiloAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var silo = Start(folder, environment, ["silo", "--json", "--threads", "1", .. arguments]);
        for (var waited = Stopwatch.StartNew(); !silo.IsReady;)
        {
            if (silo.process.HasExited || waited.Elapsed > Patience)
            {
                var text = silo.Said;
                silo.Dispose();
                Assert.Fail($"The silo is not ready: {text}");
            }

            await Task.Delay(100);
        }

        return silo;
    }

    public bool IsReady => Said.Contains("\"event\":\"ready\"", StringComparison.Ordinal);

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }

    private void Hear(string? line)
    {
        lock (said)
        {
            said.AppendLine(line);
        }
    }
}
