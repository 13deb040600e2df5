using IfGuide.Pipeline.Records;

namespace IfGuide.Pipeline.Reporting.Charts;

/// <summary>The distribution of the scores with the threshold, counts on a logarithmic axis: the tail is what matters.</summary>
internal static class ScoreChart
{
    private const int Bars = 100;

    public static string Draw(ScoreHistogram histogram, float threshold)
    {
        var range = new ChartRange(histogram.Lowest, Math.Max(histogram.Highest, BitIncrement(histogram.Lowest)));
        var (counts, width) = Merge(histogram, range);
        var frame = new ChartFrame(range, new ChartRange(0.5, Math.Max(10, counts.Max()), Logarithmic: true));
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] == 0)
            {
                continue;
            }

            var (from, to) = (range.Low + (i * width), range.Low + ((i + 1) * width));
            var (left, right, top) = (frame.X(from), frame.X(to), frame.Y(counts[i]));
            var style = from >= threshold ? "bar hot" : "bar";
            frame.Add($"<rect class=\"{style}\" x=\"{Figures.At(left)}\" y=\"{Figures.At(top)}\" width=\"{Figures.At(Math.Max(0.5, right - left - 0.5))}\" height=\"{Figures.At(ChartFrame.Floor - top)}\"><title>{Figures.Count(counts[i])} tokens from {Figures.Number(from)} to {Figures.Number(to)}</title></rect>");
        }

        frame.Line("threshold", frame.X(threshold), ChartFrame.Ceiling, frame.X(threshold), ChartFrame.Floor);
        var (side, anchor) = range.Share(threshold) > 0.7 ? (-5, "end") : (5, "start");
        frame.Text("label", frame.X(threshold) + side, ChartFrame.Ceiling + 10, anchor, $"threshold {Figures.Number(threshold)}");
        return frame.Finish($"Number of tokens by score, from {Figures.Number(range.Low)} to {Figures.Number(range.High)}; the threshold is {Figures.Number(threshold)}.", "score (number of tokens, logarithmic)");
    }

    private static (long[] Counts, double Width) Merge(ScoreHistogram histogram, ChartRange range)
    {
        var counts = new long[Math.Min(Bars, Math.Max(1, histogram.Counts.Count))];
        for (var i = 0; i < histogram.Counts.Count; i++)
        {
            counts[(int)((long)i * counts.Length / histogram.Counts.Count)] += histogram.Counts[i];
        }

        return (counts, (range.High - range.Low) / counts.Length);
    }

    private static float BitIncrement(float value) => value + Math.Max(1e-6f, Math.Abs(value) * 1e-3f);
}
