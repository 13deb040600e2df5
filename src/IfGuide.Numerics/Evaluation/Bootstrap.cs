using IfGuide.Numerics.Randomness;

namespace IfGuide.Numerics.Evaluation;

/// <summary>Bootstrap intervals (Efron's percentile method).</summary>
public static class Bootstrap
{
    private const int Resamples = 1000;

    /// <summary>Computes the mean of values and its 95 % interval.</summary>
    /// <param name="values">At least one.</param>
    /// <param name="seed">Give two models of one evaluation the same seed: both are then resampled alike.</param>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static Interval EstimateMean(ReadOnlySpan<double> values, ulong seed)
    {
        if (values.IsEmpty)
        {
            throw new ArgumentException("A mean needs at least one value.", nameof(values));
        }

        var means = new double[Resamples];
        for (var resample = 0; resample < Resamples; resample++)
        {
            var sum = 0.0;
            for (var i = 0; i < values.Length; i++)
            {
                sum += values[Draw(seed, resample, i, values.Length)];
            }

            means[resample] = sum / values.Length;
        }

        return ReadInterval(Sum(values) / values.Length, means);
    }

    /// <summary>Computes a ratio of sums, Σ numerators / Σ denominators, and its 95 % interval. Pairs are resampled together.</summary>
    /// <param name="numerators">At least one.</param>
    /// <param name="denominators">As many; positive.</param>
    /// <param name="seed">Give two models of one evaluation the same seed: both are then resampled alike.</param>
    /// <exception cref="ArgumentException">There is no pair, or the two differ in length.</exception>
    public static Interval EstimateRatio(ReadOnlySpan<double> numerators, ReadOnlySpan<double> denominators, ulong seed)
    {
        if (numerators.IsEmpty || numerators.Length != denominators.Length)
        {
            throw new ArgumentException(
                "A ratio needs as many numerators as denominators, and at least one: "
                    + $"found {numerators.Length} and {denominators.Length}.",
                nameof(numerators));
        }

        var ratios = new double[Resamples];
        for (var resample = 0; resample < Resamples; resample++)
        {
            ratios[resample] = ResampleRatio(numerators, denominators, seed, resample);
        }

        return ReadInterval(Sum(numerators) / Sum(denominators), ratios);
    }

    private static double ResampleRatio(
        ReadOnlySpan<double> numerators, ReadOnlySpan<double> denominators, ulong seed, int resample)
    {
        var (above, below) = (0.0, 0.0);
        for (var i = 0; i < numerators.Length; i++)
        {
            var drawn = Draw(seed, resample, i, numerators.Length);
            above += numerators[drawn];
            below += denominators[drawn];
        }

        return above / below;
    }

    private static Interval ReadInterval(double value, double[] resampled)
    {
        Array.Sort(resampled);
        return new Interval(value, FindQuantile(resampled, 0.025), FindQuantile(resampled, 0.975));
    }

    private static int Draw(ulong seed, int resample, int place, int count) =>
        (int)Math.BigMul(CounterRandom.Bits(seed, RandomPurpose.Bootstrap, resample, place), (ulong)count, out _);

    private static double Sum(ReadOnlySpan<double> values)
    {
        var total = 0.0;
        foreach (var value in values)
        {
            total += value;
        }

        return total;
    }

    private static double FindQuantile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
