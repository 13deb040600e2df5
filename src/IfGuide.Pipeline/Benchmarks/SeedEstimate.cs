using IfGuide.Pipeline.Records;

namespace IfGuide.Pipeline.Benchmarks;

/// <summary>One number of several runs that differ in their seed alone: the mean, with a 95 % interval for other seeds and other prompts.</summary>
public static class SeedEstimate
{
    /// <summary>Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom.</summary>
    private static readonly double[] Student =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <summary>The mean over the seeds; its interval's halves are √(w² + (t · s / √n)²).</summary>
    /// <remarks>
    /// w² is the mean of the squared halves of the runs' own intervals: all runs have the same prompts, so that more seeds do not make these matter less. s is the standard deviation over the n seeds, t Student's quantile for n − 1 degrees of
    /// freedom. Since s holds some of the prompts' noise, too, the interval is rather too wide than too narrow. One seed alone has its own interval.
    /// </remarks>
    /// <param name="seeds">The estimates of the runs; at least one.</param>
    /// <param name="isShare">Whether the number lies in [0, 1]; it is at least 0 otherwise, as all of ours are.</param>
    public static Estimate Of(IReadOnlyList<Estimate> seeds, bool isShare)
    {
        ArgumentNullException.ThrowIfNull(seeds);
        ArgumentOutOfRangeException.ThrowIfZero(seeds.Count);
        var mean = seeds.Average(seed => seed.Value);
        var between = seeds.Count == 1 ? 0 : Quantile(seeds.Count - 1) * Math.Sqrt(seeds.Sum(seed => Square(seed.Value - mean)) / (seeds.Count - 1) / seeds.Count);
        double Half(Func<Estimate, double> half) => Math.Sqrt(seeds.Average(seed => Square(half(seed))) + Square(between));
        return new Estimate
        {
            Value = mean,
            Low = Math.Max(0, mean - Half(seed => seed.Value - seed.Low)),
            High = Math.Min(isShare ? 1 : double.PositiveInfinity, mean + Half(seed => seed.High - seed.Value)),
        };
    }

    private static double Quantile(int freedom) => Student[Math.Min(freedom, Student.Length) - 1];

    private static double Square(double value) => value * value;
}
