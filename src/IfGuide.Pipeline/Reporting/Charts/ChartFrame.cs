using System.Globalization;
using System.Text;

namespace IfGuide.Pipeline.Reporting.Charts;

/// <summary>An SVG drawing area with axes. Colours are style classes of the page, so that a chart follows light and dark.</summary>
/// <param name="horizontal">Range of the values from left to right.</param>
/// <param name="vertical">Range of the values from bottom to top.</param>
internal sealed class ChartFrame(ChartRange horizontal, ChartRange vertical)
{
    private const double Width = 640, Height = 260, Left = 56, Right = 12, Top = 10, Bottom = 34;
    private readonly StringBuilder body = new();

    public double X(double value) => Left + (horizontal.Share(value) * (Width - Left - Right));

    public double Y(double value) => Height - Bottom - (vertical.Share(value) * (Height - Top - Bottom));

    public static double Floor => Height - Bottom;

    public static double Ceiling => Top;

    public void Add(string element) => body.Append(element);

    public void Line(string style, double x1, double y1, double x2, double y2) =>
        body.Append(CultureInfo.InvariantCulture, $"<line class=\"{style}\" x1=\"{Figures.At(x1)}\" y1=\"{Figures.At(y1)}\" x2=\"{Figures.At(x2)}\" y2=\"{Figures.At(y2)}\"/>");

    public void Text(string style, double x, double y, string anchor, string text) =>
        body.Append(CultureInfo.InvariantCulture, $"<text class=\"{style}\" x=\"{Figures.At(x)}\" y=\"{Figures.At(y)}\" text-anchor=\"{anchor}\">{System.Net.WebUtility.HtmlEncode(text)}</text>");

    /// <summary>The finished drawing.</summary>
    /// <param name="description">What it shows, for readers who do not see it.</param>
    /// <param name="horizontalName">Name of the horizontal axis.</param>
    public string Finish(string description, string horizontalName)
    {
        var axes = new ChartFrame(horizontal, vertical);
        foreach (var tick in vertical.Ticks(4))
        {
            axes.Line("grid", Left, Y(tick), Width - Right, Y(tick));
            axes.Text("tick", Left - 6, Y(tick) + 4, "end", Figures.Number(tick));
        }

        foreach (var tick in horizontal.Ticks(6))
        {
            axes.Line("axis", X(tick), Floor, X(tick), Floor + 4);
            axes.Text("tick", X(tick), Floor + 16, "middle", Figures.Number(tick));
        }

        axes.Line("axis", Left, Floor, Width - Right, Floor);
        axes.Text("name", (Left + Width - Right) / 2, Height - 3, "middle", horizontalName);
        var encoded = System.Net.WebUtility.HtmlEncode(description);
        return $"<svg viewBox=\"0 0 {Figures.At(Width)} {Figures.At(Height)}\" role=\"img\" aria-label=\"{encoded}\">{axes.body}{body}</svg>";
    }
}
