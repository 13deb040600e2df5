using System.Diagnostics;
using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Cluster;

/// <summary>An event of a run, as <c>--json</c> told it.</summary>
internal sealed record ClientEvent(DateTimeOffset Time, RunEventKind Kind, Stage? Stage, TimeSpan Elapsed, string? Message);

/// <summary>A client process that follows a run.</summary>
internal sealed class RunClient : IDisposable
{
    private readonly Process process;
    private readonly List<ClientEvent> events = [];
    private readonly Task reading;
    private readonly Task<string> error;

    private RunClient(Process process)
    {
        this.process = process;
        process.StandardInput.Close();
        reading = ReadAsync();
        error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>What it was told until now.</summary>
    public IReadOnlyList<ClientEvent> Events
    {
        get
        {
            lock (events)
            {
                return events.ToArray();
            }
        }
    }

    /// <summary>Whether the process has ended and everything that it told has been read.</summary>
    public bool HasEnded => process.HasExited && reading.IsCompleted;

    /// <summary>Starts a client of a cluster: <c>run FILE</c>, <c>watch RUN</c>, <c>resume RUN</c>.</summary>
    public static RunClient Start(Workplace place, LocalCluster cluster, params string[] command) =>
        Start(place, cluster.Variables, [.. command, .. cluster.Options]);

    /// <summary>Starts a single process that computes the run itself, on one thread.</summary>
    public static RunClient StartAlone(Workplace place, params string[] command) =>
        Start(place, new Dictionary<string, string>(), [.. command, "--threads", "1"]);

    /// <summary>Waits for its end.</summary>
    /// <returns>Exit code and standard error.</returns>
    /// <exception cref="TimeoutException">It does not end in time.</exception>
    public async Task<(int ExitCode, string Error)> EndAsync(TimeSpan patience)
    {
        await process.WaitForExitAsync().WaitAsync(patience);
        await reading;
        return (process.ExitCode, await error);
    }

    /// <summary>Waits for its end, which must be a good one.</summary>
    /// <param name="patience">The longest wait.</param>
    /// <param name="what">What it was started for, for the message.</param>
    /// <exception cref="InvalidOperationException">It ends with another exit code than 0.</exception>
    /// <exception cref="TimeoutException">It does not end in time.</exception>
    public async Task SucceedAsync(TimeSpan patience, string what)
    {
        var (exitCode, message) = await EndAsync(patience);
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"{what}: the client ended with {exitCode}: {message}");
        }
    }

    /// <summary>Seconds that a stage took, as its end was told.</summary>
    /// <exception cref="InvalidOperationException">Its end was not told.</exception>
    public double SecondsOf(Stage stage) => Events.Last(told => told.Kind == RunEventKind.StageDone && told.Stage == stage).Elapsed.TotalSeconds;

    public void Kill() => process.Kill();

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }

    private static RunClient Start(Workplace place, IReadOnlyDictionary<string, string> variables, string[] command)
    {
        var start = new ProcessStartInfo(Ifguide.Program, [.. command, "--json", "--quiet"])
        {
            WorkingDirectory = place.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return new RunClient(Process.Start(start)!);
    }

    private async Task ReadAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            if (Parse(json.RootElement) is { } told)
            {
                lock (events)
                {
                    events.Add(told);
                }
            }
        }
    }

    private static ClientEvent? Parse(JsonElement json)
    {
        if (!json.TryGetProperty("kind", out var kind))
        {
            return null; // the status at the end
        }

        var stage = json.TryGetProperty("stage", out var found) ? found : (JsonElement?)null;
        return new ClientEvent(
            json.GetProperty("time").GetDateTimeOffset(),
            Enum.Parse<RunEventKind>(kind.GetString()!.Replace("-", string.Empty, StringComparison.Ordinal), ignoreCase: true),
            stage is { } of ? StageNames.Parse(of.GetProperty("stage").GetString()!) : null,
            stage is { } timed ? TimeSpan.Parse(timed.GetProperty("elapsed").GetString()!, System.Globalization.CultureInfo.InvariantCulture) : TimeSpan.Zero,
            json.TryGetProperty("message", out var message) ? message.GetString() : null);
    }
}

/// <summary>Stages as people write them.</summary>
internal static class StageNames
{
    public static Stage Parse(string name) => Enum.Parse<Stage>(name.Replace("-", string.Empty, StringComparison.Ordinal), ignoreCase: true);

    public static string Of(Stage stage) => JsonNamingPolicy.KebabCaseLower.ConvertName(stage.ToString());
}
