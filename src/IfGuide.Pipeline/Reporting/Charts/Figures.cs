using System.Globalization;

namespace IfGuide.Pipeline.Reporting.Charts;

/// <summary>Numbers as people read them.</summary>
internal static class Figures
{
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>The change from one number to another, signed, in per cent.</summary>
    public static string Change(double before, double after) => (after / before - 1).ToString("+0.0 %;-0.0 %;0.0 %", CultureInfo.InvariantCulture);

    public static string Percent(double share, int digits = 1) => (share * 100).ToString($"F{digits}", CultureInfo.InvariantCulture) + " %";

    /// <summary>Three or four significant digits, without an exponent where that is short enough.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1e6 or < 1e-3 => value.ToString("0.##e0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0.#", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.###", CultureInfo.InvariantCulture),
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };

    public static string Time(TimeSpan time) => time.TotalSeconds switch
    {
        < 1 => time.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture) + " ms",
        < 60 => time.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture) + " s",
        < 3600 => time.ToString(@"m\:ss", CultureInfo.InvariantCulture) + " min",
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:D2} h"),
    };

    /// <summary>A coordinate of a drawing.</summary>
    public static string At(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
