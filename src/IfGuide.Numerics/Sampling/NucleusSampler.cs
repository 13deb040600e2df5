namespace IfGuide.Numerics.Sampling;

/// <summary>Draws from the nucleus of a distribution (Holtzman et al. 2020) by inverting its cumulative distribution in token order.</summary>
/// <remarks>
/// The nucleus is found without sorting the vocabulary: probabilities are binned by the upper bits of their float32 pattern, whole bins
/// are taken from the top, and only the bin where the mass is reached is sorted (equal probabilities by token id).
/// </remarks>
/// <param name="topP">Mass of the nucleus, in (0, 1].</param>
internal sealed class NucleusSampler(double topP)
{
    private const int Shift = 19; // sign, exponent and 4 bits of the mantissa: 16 bins an octave
    private readonly double[] mass = new double[1 << (32 - Shift)];
    private readonly List<(float Probability, int Token)> boundary = [];

    /// <summary>The token at <paramref name="uniform"/> of the nucleus' mass.</summary>
    /// <param name="probabilities">Non-negative, not necessarily of sum 1, [V].</param>
    /// <param name="uniform">In [0, 1).</param>
    public int Draw(ReadOnlySpan<float> probabilities, double uniform)
    {
        if (topP >= 1)
        {
            return Invert(probabilities, uniform, 0, int.MaxValue);
        }

        var total = Bin(probabilities);
        var (bin, above) = (mass.Length - 1, 0.0);
        while (bin > 0 && above + mass[bin] < topP * total)
        {
            above += mass[bin--];
        }

        var (lowest, last) = Boundary(probabilities, bin, above, topP * total);
        return Invert(probabilities, uniform, lowest, last);
    }

    private double Bin(ReadOnlySpan<float> probabilities)
    {
        Array.Clear(mass);
        var total = 0.0;
        foreach (var probability in probabilities)
        {
            mass[BitConverter.SingleToUInt32Bits(probability) >> Shift] += probability;
            total += probability;
        }

        return total;
    }

    /// <summary>The least likely token of the nucleus: its probability, and the highest id of that probability that belongs.</summary>
    private (float Lowest, int Last) Boundary(ReadOnlySpan<float> probabilities, int bin, double above, double wanted)
    {
        boundary.Clear();
        for (var token = 0; token < probabilities.Length; token++)
        {
            if (BitConverter.SingleToUInt32Bits(probabilities[token]) >> Shift == bin)
            {
                boundary.Add((probabilities[token], token));
            }
        }

        boundary.Sort((a, b) => a.Probability != b.Probability ? b.Probability.CompareTo(a.Probability) : a.Token.CompareTo(b.Token));
        foreach (var (probability, token) in boundary)
        {
            above += probability;
            if (above >= wanted)
            {
                return (probability, token);
            }
        }

        return boundary[^1]; // rounding left the mass just short
    }

    private static int Invert(ReadOnlySpan<float> probabilities, double uniform, float lowest, int last)
    {
        bool Belongs(ReadOnlySpan<float> p, int token) => p[token] > lowest || (p[token] == lowest && token <= last);
        var total = 0.0;
        for (var token = 0; token < probabilities.Length; token++)
        {
            total += Belongs(probabilities, token) ? probabilities[token] : 0;
        }

        var (target, below, drawn) = (uniform * total, 0.0, 0);
        for (var token = 0; token < probabilities.Length; token++)
        {
            if (Belongs(probabilities, token) && probabilities[token] > 0)
            {
                below += probabilities[token];
                drawn = token;
                if (below > target)
                {
                    break;
                }
            }
        }

        return drawn;
    }
}
