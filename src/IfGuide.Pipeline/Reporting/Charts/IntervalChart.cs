namespace IfGuide.Pipeline.Reporting.Charts;

/// <summary>A value with its interval as a dot on a line, small enough for a table's cell.</summary>
internal static class IntervalChart
{
    private const double Width = 180, Height = 18, Margin = 6;

    /// <summary>Draws one interval.</summary>
    /// <param name="value">The value.</param>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end.</param>
    /// <param name="range">The range that the cells of a row share.</param>
    /// <param name="style">The model's style.</param>
    public static string Draw(double value, double low, double high, ChartRange range, string style)
    {
        double X(double at) => Margin + (range.Share(at) * (Width - (2 * Margin)));
        string At(double at) => Figures.At(X(at));
        return $"<svg class=\"interval\" viewBox=\"0 0 {Figures.At(Width)} {Figures.At(Height)}\" aria-hidden=\"true\">"
            + $"<line class=\"grid\" x1=\"{Figures.At(Margin)}\" y1=\"9\" x2=\"{Figures.At(Width - Margin)}\" y2=\"9\"/>"
            + $"<line class=\"whisker {style}\" x1=\"{At(low)}\" y1=\"9\" x2=\"{At(high)}\" y2=\"9\"/>"
            + $"<circle class=\"dot {style}\" cx=\"{At(value)}\" cy=\"9\" r=\"4.5\"/></svg>";
    }
}
