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

    /// <summary>Starts a client of a cluster: <c>run FILE</c>, <c>watch RUN</c>, <c>resume RUN</c>.</summary>
    public static RunClient Start(Workplace place, LocalCluster cluster, params string[] command)
    {
        var start = new ProcessStartInfo(Ifguide.Program, [.. command, .. cluster.Options, "--json", "--quiet"])
        {
            WorkingDirectory = place.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in cluster.Variables)
        {
            start.Environment[name] = value;
        }

        return new RunClient(Process.Start(start)!);
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Exit code and standard error.</returns>
    /// <exception cref="TimeoutException">It does not end in time.</exception>
    public async Task<(int ExitCode, string Error)> EndAsync(TimeSpan patience)
    {
        await process.WaitForExitAsync().WaitAsync(patience);
        await reading;
        return (process.ExitCode, await error);
    }

    public void Kill() => process.Kill();

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
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
