namespace IfGuide.Client;

/// <summary>How long to wait before something that failed is tried again: longer after each failure in a row, up to a bound.</summary>
/// <param name="First">Wait after the first failure.</param>
/// <param name="Factor">What each further failure multiplies it by; at least 1.</param>
/// <param name="Max">Upper bound of a wait.</param>
public readonly record struct Backoff(TimeSpan First, double Factor, TimeSpan Max)
{
    /// <summary>The same wait after each failure.</summary>
    /// <param name="wait">The wait.</param>
    public static Backoff Fixed(TimeSpan wait) => new(wait, 1, wait);

    /// <summary>The wait after a failure.</summary>
    /// <param name="failures">Failures in a row, at least 1.</param>
    public TimeSpan After(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        var ticks = First.Ticks * Math.Pow(Factor, failures - 1);
        return ticks < Max.Ticks ? TimeSpan.FromTicks((long)ticks) : Max;
    }
}
