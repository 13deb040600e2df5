using IfGuide.Pipeline.Records;

namespace IfGuide.Pipeline.Reporting.Charts;

/// <summary>Loss curves: of the batches, solid, of suppressed tokens, dashed, and of held-out text, dotted.</summary>
internal static class LossChart
{
    private const int MostPoints = 300;

    public static string Draw(IReadOnlyList<TrainingRecord> trainings)
    {
        var lines = trainings
            .SelectMany((training, index) => new[]
            {
                (Style: $"line m{index}", Name: training.Variant, Points: Thin([.. training.Points.Select(point => ((double)point.Step, point.Loss))])),
                (Style: $"line m{index} dashed", Name: training.Variant + ", suppressed tokens", Points: Thin([.. training.Points.Where(point => point.SelectedLoss is not null).Select(point => ((double)point.Step, point.SelectedLoss!.Value))])),
                (Style: $"line m{index} dotted", Name: training.Variant + ", held-out text", Points: Thin([.. training.Validations.Select(point => ((double)point.Step, point.Loss))])),
            })
            .Where(line => line.Points.Count > 0)
            .ToList();
        var frame = new ChartFrame(
            ChartRange.Around(lines.SelectMany(line => line.Points.Select(point => point.Step))),
            ChartRange.Around(lines.SelectMany(line => line.Points.Select(point => point.Loss)).Append(0)));
        foreach (var (style, name, points) in lines)
        {
            var path = string.Join(' ', points.Where(point => double.IsFinite(point.Loss)).Select(point => $"{Figures.At(frame.X(point.Step))},{Figures.At(frame.Y(point.Loss))}"));
            frame.Add($"<polyline class=\"{style}\" points=\"{path}\"><title>{System.Net.WebUtility.HtmlEncode(name)}</title></polyline>");
        }

        return frame.Finish("Loss by optimizer step of " + string.Join(", ", trainings.Select(training => training.Variant)) + ".", "optimizer step (loss in nats per token)");
    }

    private static List<(double Step, double Loss)> Thin(List<(double Step, double Loss)> points)
    {
        var every = Math.Max(1, (points.Count + MostPoints - 1) / MostPoints);
        return [.. points.Where((_, index) => index % every == 0 || index == points.Count - 1)];
    }
}
