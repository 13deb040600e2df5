using System.Globalization;
using System.Text;
using IfGuide.Abstractions;

namespace IfGuide.Cli.Progress;

/// <summary>A run's status in words.</summary>
internal static class StatusText
{
    /// <summary>One line a run.</summary>
    public static string Line(RunStatus status)
    {
        var done = status.Stages.Count(stage => stage.Units > 0 && stage.Done == stage.Units);
        return string.Create(CultureInfo.InvariantCulture, $"{status.Run,-24} {State(status),-12} {done,2} of {status.Stages.Count,2} stages   {status.Submitted:yyyy-MM-dd HH:mm}");
    }

    /// <summary>The run and each of its stages.</summary>
    public static string Of(RunStatus status)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{status.Run}: {State(status)}");
        if (status.Ended is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $", {StageText.Clock(status.Stages.Aggregate(TimeSpan.Zero, (sum, stage) => sum + stage.Elapsed))} of work");
        }

        foreach (var stage in status.Stages)
        {
            text.AppendLine().Append("  ").Append(Stage(stage));
        }

        if (status.Failure is { } failure)
        {
            text.AppendLine().Append("  ").Append(Where(failure)).Append(failure.Message);
        }

        return text.ToString();
    }

    private static string Where(RunFailure failure)
    {
        string?[] places = [failure.Stage is { } stage ? stage.Word() : null, failure.Unit, failure.Silo is { } silo ? $"on {silo}" : null];
        var known = string.Join(", ", places.OfType<string>());
        return known.Length == 0 ? string.Empty : $"failed in {known}: ";
    }

    private static string Stage(StageStatus stage) => stage switch
    {
        { Units: > 0 } when stage.Done == stage.Units => StageText.Ended(stage),
        { Progress: > 0 } or { Done: > 0 } => StageText.Line(stage),
        _ => $"{StageText.Title(stage.Stage),-14}  waiting",
    };

    private static string State(RunStatus status) => status.State.ToString().ToLowerInvariant();
}
