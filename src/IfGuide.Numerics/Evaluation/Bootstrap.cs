using IfGuide.Numerics.Randomness;

namespace IfGuide.Numerics.Evaluation;

/// <summary>A mean with its 95 % interval.</summary>
/// <param name="Value">The mean.</param>
/// <param name="Low">2.5 % quantile of the resampled means.</param>
/// <param name="High">97.5 % quantile of the resampled means.</param>
public readonly record struct Estimate(double Value, double Low, double High);

/// <summary>Bootstrap intervals (Efron's percentile method).</summary>
public static class Bootstrap
{
    private const int Resamples = 1000;

    /// <summary>The mean of values and its 95 % interval.</summary>
    /// <param name="values">At least one.</param>
    /// <param name="seed">Seed; take the same for two models of one evaluation: both are then resampled alike.</param>
    public static Estimate Mean(ReadOnlySpan<double> values, ulong seed)
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

        Array.Sort(means);
        return new Estimate(Sum(values) / values.Length, Quantile(means, 0.025), Quantile(means, 0.975));
    }

    /// <summary>A ratio of sums, Σ numerators / Σ denominators, and its 95 % interval; pairs are resampled together.</summary>
    /// <param name="numerators">At least one.</param>
    /// <param name="denominators">As many; positive.</param>
    /// <param name="seed">Seed; take the same for two models of one evaluation: both are then resampled alike.</param>
    public static Estimate Ratio(ReadOnlySpan<double> numerators, ReadOnlySpan<double> denominators, ulong seed)
    {
        if (numerators.IsEmpty || numerators.Length != denominators.Length)
        {
            throw new ArgumentException($"A ratio needs as many numerators as denominators, and at least one: found {numerators.Length} and {denominators.Length}.", nameof(numerators));
        }

        var ratios = new double[Resamples];
        for (var resample = 0; resample < Resamples; resample++)
        {
            var (above, below) = (0.0, 0.0);
            for (var i = 0; i < numerators.Length; i++)
            {
                var drawn = Draw(seed, resample, i, numerators.Length);
                above += numerators[drawn];
                below += denominators[drawn];
            }

            ratios[resample] = above / below;
        }

        Array.Sort(ratios);
        return new Estimate(Sum(numerators) / Sum(denominators), Quantile(ratios, 0.025), Quantile(ratios, 0.975));
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

    private static double Quantile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        return sorted[below] + (position - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]);
    }
}
