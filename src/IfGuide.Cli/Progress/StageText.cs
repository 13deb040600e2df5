using System.Globalization;
using IfGuide.Abstractions;

namespace IfGuide.Cli.Progress;

/// <summary>A stage's progress in words: how much, how fast, how long still.</summary>
internal static class StageText
{
    /// <summary>The stage with its number, e.g. <c> 6 score</c>.</summary>
    public static string Title(Stage stage) => string.Create(CultureInfo.InvariantCulture, $"{stage.Number(),2} {stage.Word()}");

    /// <summary>Units or the stage's own measure, e.g. <c>1,024/4,096 tokens</c>.</summary>
    public static string Amount(StageStatus stage) => stage.Detail is { Total: > 0 } detail
        ? $"{Count(detail.Done)}/{Count(detail.Total)} {detail.Measure}"
        : stage.Units > 1 ? $"{Count(stage.Done)}/{Count(stage.Units)} units" : string.Empty;

    /// <summary>The rate in the stage's own measure, e.g. <c>12.3k tokens/s</c>; empty while nothing can be said.</summary>
    public static string Rate(StageStatus stage) => stage.Detail is { Done: > 0 } detail && stage.Elapsed.TotalSeconds >= 0.5 && stage.Reused == 0
        ? $"{Short(detail.Done / stage.Elapsed.TotalSeconds)} {detail.Measure}/s"
        : string.Empty;

    /// <summary>Time left by the rate so far; null while nothing can be said.</summary>
    public static TimeSpan? Left(StageStatus stage) => stage.Progress is > 0.01 and < 1 && stage.Elapsed.TotalSeconds >= 0.5
        ? stage.Elapsed * ((1 - stage.Progress) / stage.Progress)
        : null;

    /// <summary>One plain line.</summary>
    public static string Line(StageStatus stage)
    {
        string?[] parts =
        [
            $"{Title(stage.Stage),-14}",
            stage.Progress.ToString("P0", CultureInfo.InvariantCulture).Replace("%", " %", StringComparison.Ordinal).Replace("  ", " ", StringComparison.Ordinal).PadLeft(5),
            Amount(stage),
            Rate(stage),
            Left(stage) is { } left ? $"{Clock(left)} left" : null,
            stage.Detail?.Note,
        ];
        return string.Join("  ", parts.Where(part => !string.IsNullOrEmpty(part)));
    }

    /// <summary>What is said when a stage ends.</summary>
    public static string Ended(StageStatus stage)
    {
        var reused = stage.Reused == 0 ? string.Empty
            : stage.Reused == stage.Units ? "  found in the store" : $"  {Count(stage.Reused)} of {Count(stage.Units)} units found in the store";
        var rate = Rate(stage);
        return $"{Title(stage.Stage),-14}  done in {Clock(stage.Elapsed)}{(rate.Length > 0 ? "  " + rate : rate)}{reused}";
    }

    /// <summary>A duration as minutes and seconds, or hours and minutes.</summary>
    public static string Clock(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:D2}:{time.Seconds:D2}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:D2}");

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Short(double rate) => rate switch
    {
        >= 1e6 => (rate / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + "M",
        >= 1e4 => (rate / 1e3).ToString("0", CultureInfo.InvariantCulture) + "k",
        >= 1e3 => (rate / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + "k",
        _ => rate.ToString("0.#", CultureInfo.InvariantCulture),
    };

    private static int IndexOf(this IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
            {
                return i;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such stage.");
    }
}
