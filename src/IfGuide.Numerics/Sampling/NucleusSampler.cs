using System.Numerics;
using System.Runtime.Intrinsics;

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
    private readonly List<(int Token, float Probability)> nucleus = [];
    private readonly List<(int Token, float Probability)> boundary = [];

    /// <summary>The token at <paramref name="uniform"/> of the nucleus' mass.</summary>
    /// <param name="probabilities">Non-negative, not necessarily of sum 1, [V].</param>
    /// <param name="uniform">In [0, 1).</param>
    public int Draw(ReadOnlySpan<float> probabilities, double uniform)
    {
        if (topP >= 1)
        {
            Collect(probabilities, float.Epsilon);
        }
        else
        {
            CollectNucleus(probabilities);
        }

        return Invert(uniform);
    }

    private void CollectNucleus(ReadOnlySpan<float> probabilities)
    {
        var wanted = topP * FillBins(probabilities);
        var bin = mass.Length - 1;
        var above = 0.0;
        while (bin > 0 && above + mass[bin] < wanted)
        {
            above += mass[bin--];
        }

        Collect(probabilities, Math.Max(float.Epsilon, FindStart(bin)));
        Trim(FindStart(bin + 1), above, wanted);
    }

    /// <summary>The smallest probability of a bin.</summary>
    private static float FindStart(int bin) => BitConverter.UInt32BitsToSingle((uint)bin << Shift);

    /// <summary>Adds every probability to its bin; returns their sum.</summary>
    private double FillBins(ReadOnlySpan<float> probabilities)
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

    /// <summary>Takes the tokens of at least this probability, by ascending id.</summary>
    private void Collect(ReadOnlySpan<float> probabilities, float min)
    {
        nucleus.Clear();
        var limit = Vector256.Create(min);
        var token = 0;
        for (; token <= probabilities.Length - Vector256<float>.Count; token += Vector256<float>.Count)
        {
            var reached = Vector256.GreaterThanOrEqual(Vector256.Create(probabilities[token..]), limit);
            for (var bits = reached.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
            {
                var next = token + BitOperations.TrailingZeroCount(bits);
                nucleus.Add((next, probabilities[next]));
            }
        }

        for (; token < probabilities.Length; token++)
        {
            if (probabilities[token] >= min)
            {
                nucleus.Add((token, probabilities[token]));
            }
        }
    }

    /// <summary>Drops the tokens of the lowest bin that the wanted mass does not need.</summary>
    private void Trim(float endOfBin, double above, double wanted)
    {
        boundary.Clear();
        foreach (var entry in nucleus)
        {
            if (entry.Probability < endOfBin)
            {
                boundary.Add(entry);
            }
        }

        boundary.Sort(CompareRanks);
        foreach (var (lastToken, lowest) in boundary)
        {
            above += lowest;
            if (above >= wanted)
            {
                nucleus.RemoveAll(entry => CompareRanks(entry, (lastToken, lowest)) > 0);
                return;
            }
        }
    }

    /// <summary>Likelier tokens first, equal ones by id.</summary>
    private static int CompareRanks((int Token, float Probability) left, (int Token, float Probability) right)
    {
        if (left.Probability != right.Probability)
        {
            return right.Probability.CompareTo(left.Probability);
        }

        return left.Token.CompareTo(right.Token);
    }

    private int Invert(double uniform)
    {
        var total = 0.0;
        foreach (var (_, probability) in nucleus)
        {
            total += probability;
        }

        var (target, below) = (uniform * total, 0.0);
        foreach (var (token, probability) in nucleus)
        {
            below += probability;
            if (below > target)
            {
                return token;
            }
        }

        return nucleus[^1].Token; // rounding can leave the target at the very end
    }
}
