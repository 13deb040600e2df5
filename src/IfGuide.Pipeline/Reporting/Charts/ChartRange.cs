namespace IfGuide.Pipeline.Reporting.Charts;

/// <summary>The values along an axis, linear or logarithmic.</summary>
internal sealed record ChartRange(double Low, double High, bool Logarithmic = false)
{
    /// <summary>A range around values; a single value gets room on both sides.</summary>
    public static ChartRange Around(IEnumerable<double> values)
    {
        var finite = values.Where(double.IsFinite).ToList();
        var (low, high) = finite.Count == 0 ? (0, 1) : (finite.Min(), finite.Max());
        return high > low ? new ChartRange(low, high) : new ChartRange(low - 0.5, high + 0.5);
    }

    /// <summary>Where a value lies: 0 at the low end, 1 at the high end; never outside.</summary>
    public double Share(double value) => Math.Clamp(
        Logarithmic ? Math.Log10(Math.Max(value, Low) / Low) / Math.Log10(High / Low) : (value - Low) / (High - Low), 0, 1);

    /// <summary>Round values within the range: about <paramref name="wanted"/> of them, or powers of ten.</summary>
    public IEnumerable<double> Ticks(int wanted)
    {
        if (Logarithmic)
        {
            var decades = Math.Max(1, (int)Math.Ceiling(Math.Log10(High / Low) / wanted));
            for (var power = Math.Ceiling(Math.Log10(Low)); Math.Pow(10, power) <= High; power += decades)
            {
                yield return Math.Pow(10, power);
            }

            yield break;
        }

        var rough = (High - Low) / wanted;
        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = magnitude * (rough / magnitude) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 };
        for (var i = Math.Ceiling(Low / step); i * step <= High * (1 + 1e-12); i++)
        {
            yield return i * step;
        }
    }
}
