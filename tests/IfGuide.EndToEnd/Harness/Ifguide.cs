using System.Diagnostics;
using System.Text;
using System.Text.Json.Serialization;

namespace IfGuide.EndToEnd.Harness;

/// <summary>Runs the built program: as a process of its own where that is the point, else in a process that carries out many commands.</summary>
internal static class Ifguide
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The program that people start: compiled ahead of time, unlike the copies beside the tests.</summary>
    public static string Program { get; } = Path.Combine(Workplace.Checkout, "src", "IfGuide.Cli", "bin", "Release", "net10.0", "ifguide");

    /// <summary>Runs a command to its end, in a process that carries out others, too.</summary>
    public static Task<Outcome> RunAsync(string folder, params string[] arguments) => RunAsync(folder, TestContext.Current.CancellationToken, arguments);

    /// <summary>Runs a command to its end, in a process that carries out others, too.</summary>
    public static async Task<Outcome> RunAsync(string folder, CancellationToken cancellationToken, params string[] arguments)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        return await CommandWorker.RunAsync(folder, arguments, patience.Token);
    }

    /// <summary>Runs a command to its end; with more in its environment, as a process of its own.</summary>
    public static Task<Outcome> RunAsync(string folder, string[] arguments, IReadOnlyDictionary<string, string>? variables) =>
        variables is null ? RunAsync(folder, arguments) : RunProcessAsync(folder, arguments, variables);

    /// <summary>Runs a command to its end, as a process of its own.</summary>
    public static Task<Outcome> RunProcessAsync(string folder, params string[] arguments) => RunProcessAsync(folder, arguments, null);

    /// <summary>Runs a command to its end, as a process of its own, with more in its environment.</summary>
    public static async Task<Outcome> RunProcessAsync(string folder, string[] arguments, IReadOnlyDictionary<string, string>? variables)
    {
        using var running = Start(folder, arguments, variables);
        return await running.EndAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    /// <summary>Starts a command and leaves it running.</summary>
    public static RunningProgram Start(string folder, params string[] arguments) => Start(folder, arguments, null);

    private static RunningProgram Start(string folder, string[] arguments, IReadOnlyDictionary<string, string>? variables)
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment["OMP_NUM_THREADS"] = "1"; // tests share the machine's cores; threads that wait for each other on busy cores take many times as long
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new RunningProgram(process, string.Join(' ', arguments));
    }
}

/// <summary>A command that runs.</summary>
internal sealed class RunningProgram(Process process, string command) : IDisposable
{
    private readonly Task<string> output = process.StandardOutput.ReadToEndAsync();
    private readonly Task<string> error = process.StandardError.ReadToEndAsync();

    public bool HasExited => process.HasExited;

    public void Kill()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
    }

    /// <summary>Sends a signal by its name, e.g. <c>TERM</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task<Outcome> EndAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken);
        return new Outcome(command, process.ExitCode, await output, await error);
    }

    public void Dispose()
    {
        Kill();
        process.Dispose();
    }
}

/// <summary>How a command ended.</summary>
internal sealed record Outcome(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>The one line that a refusal consists of, without the program's name.</summary>
    [JsonIgnore]
    public string Complaint
    {
        get
        {
            var lines = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(lines.Length == 1 && lines[0].StartsWith("ifguide: ", StringComparison.Ordinal), $"'{Command}' should say one line that starts with 'ifguide: ', but said:\n{Error}");
            return lines[0]["ifguide: ".Length..];
        }
    }

    /// <summary>Checks the exit code, showing what was said when it is another.</summary>
    public Outcome Expect(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"'{Command}' ended with {ExitCode}, expected {exitCode}.\nstandard error:\n{Error}\nstandard output:\n{Output}");
        return this;
    }
}
