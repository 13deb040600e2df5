using System.Globalization;
using System.Text.RegularExpressions;
using IfGuide.Abstractions;

namespace IfGuide.EndToEnd.Cluster;

/// <summary>What a line of a silo's log tells.</summary>
internal enum SiloEventKind
{
    /// <summary>Its device began a unit.</summary>
    UnitBegan,
    /// <summary>Its device ended a unit.</summary>
    UnitEnded,
    /// <summary>It coordinates the run from now on.</summary>
    Coordinates,
}

/// <summary>A line of a silo's log that tells of the run.</summary>
internal sealed record SiloEvent(string Silo, DateTimeOffset Time, SiloEventKind Kind, Stage? Stage, string Unit, double Seconds, bool Succeeded);

/// <summary>Reads the logs of a cluster's silos as they grow: which silo computes what, and which coordinates.</summary>
internal sealed partial class SiloLogs(LocalCluster cluster)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, long> read = [];
    private readonly List<SiloEvent> events = [];

    /// <summary>Everything told until now, by silo in order of its log.</summary>
    public IReadOnlyList<SiloEvent> Read()
    {
        lock (events)
        {
            foreach (var log in Directory.EnumerateFiles(cluster.Folder, "c*-*.log"))
            {
                ReadOn(log);
            }

            return events.ToArray();
        }
    }

    /// <summary>Waits until the logs tell something.</summary>
    /// <exception cref="TimeoutException">They do not, in time.</exception>
    public async Task<T> WaitAsync<T>(string what, Func<IReadOnlyList<SiloEvent>, T?> find, TimeSpan patience)
        where T : class
    {
        var until = DateTimeOffset.UtcNow + patience;
        while (true)
        {
            if (find(Read()) is { } found)
            {
                return found;
            }

            if (DateTimeOffset.UtcNow > until)
            {
                throw new TimeoutException($"No log tells {what} within {patience.TotalSeconds:0} s.");
            }

            await Task.Delay(5);
        }
    }

    /// <summary>The silo that coordinates now: the last that said so.</summary>
    public string Coordinator => Read().Where(told => told.Kind == SiloEventKind.Coordinates).MaxBy(told => told.Time)?.Silo ?? throw new InvalidOperationException("No silo coordinates.");

    /// <summary>Units that a silo was computing at a time.</summary>
    public IReadOnlyList<SiloEvent> UnitsOn(string silo, DateTimeOffset at) => [.. UnitsAt(at).Where(told => told.Silo == silo)];

    /// <summary>Units that were being computed at a time.</summary>
    /// <remarks>A silo that died had no word about the end of its unit; if it was started again since, what it began last counts.</remarks>
    public IReadOnlyList<SiloEvent> UnitsAt(DateTimeOffset at)
    {
        var until = Read().Where(told => told.Time <= at && told.Kind != SiloEventKind.Coordinates);
        return [.. until.GroupBy(told => (told.Silo, told.Stage, told.Unit)).Select(unit => unit.Last()).Where(told => told.Kind == SiloEventKind.UnitBegan && told.Time > at - Longest)];
    }

    private void ReadOn(string log)
    {
        using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Position = read.GetValueOrDefault(log);
        if (stream.Position == stream.Length)
        {
            return;
        }

        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        var whole = text.LastIndexOf('\n') + 1;
        read[log] = read.GetValueOrDefault(log) + System.Text.Encoding.UTF8.GetByteCount(text.AsSpan(0, whole));
        events.AddRange(Line().Matches(text[..whole]).Select(line => Parse(Path.GetFileNameWithoutExtension(log), line)));
    }

    private static SiloEvent Parse(string silo, Match line)
    {
        var time = new DateTimeOffset(DateTime.UtcNow.Date + TimeSpan.Parse(line.Groups["time"].Value, CultureInfo.InvariantCulture), TimeSpan.Zero);
        time = time > DateTimeOffset.UtcNow.AddHours(1) ? time.AddDays(-1) : time;
        var kind = line.Groups["begins"].Success ? SiloEventKind.UnitBegan : line.Groups["unit"].Success ? SiloEventKind.UnitEnded : SiloEventKind.Coordinates;
        return new SiloEvent(
            silo,
            time,
            kind,
            line.Groups["stage"].Success ? Enum.Parse<Stage>(line.Groups["stage"].Value) : null,
            line.Groups["unit"].Value,
            line.Groups["seconds"].Success ? double.Parse(line.Groups["seconds"].Value, CultureInfo.InvariantCulture) : 0,
            line.Groups["state"].Value == nameof(TaskStatus.RanToCompletion));
    }

    [GeneratedRegex(@"^(?<time>[0-9:.]+) Information [^:]+: (Unit (?<stage>\w+)/(?<unit>\S+) of run \S+ (?<begins>begins)?(ended after (?<seconds>[0-9.]+) s: (?<state>\w+))?|Run \S+ is coordinated here)\.\r?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}
