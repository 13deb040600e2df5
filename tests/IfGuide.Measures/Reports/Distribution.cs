namespace IfGuide.Measures.Reports;

/// <summary>Sorted counts and their quantiles.</summary>
public sealed class Distribution
{
    private readonly int[] sorted;

    /// <summary>The distribution of <paramref name="counts"/>.</summary>
    public Distribution(IEnumerable<int> counts) => sorted = [.. counts.Order()];

    /// <summary>The largest count; 0 of none.</summary>
    public int Max => GetQuantile(1);

    /// <summary>The count at place ⌊<paramref name="share"/> · (n − 1)⌋ from 0; 0 of none.</summary>
    /// <param name="share">In [0, 1].</param>
    public int GetQuantile(double share) => sorted.Length == 0 ? 0 : sorted[(int)Math.Floor(share * (sorted.Length - 1))];

    /// <summary>How many counts are larger than <paramref name="limit"/>.</summary>
    public int CountOver(int limit) => sorted.Count(count => count > limit);

    /// <summary>The share of counts larger than <paramref name="limit"/>, in percent; 0 of none.</summary>
    public double GetPercentOver(int limit) => sorted.Length == 0 ? 0 : 100.0 * CountOver(limit) / sorted.Length;

    /// <summary>The named quantiles with slashes between them: <c>4/19/36</c>.</summary>
    public string Format(params IEnumerable<double> shares) => string.Join('/', shares.Select(GetQuantile));
}
