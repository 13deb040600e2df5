using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Influence;

/// <summary>What a summed query gradient is divided by.</summary>
public enum GradientNormalisation
{
    /// <summary>The number of query sequences (paper Eq. 6: the mean query gradient).</summary>
    Sequence,
    /// <summary>The number of query tokens that carry loss.</summary>
    Token,
    /// <summary>Nothing.</summary>
    Sum,
}

/// <summary>The contrast of two query sets: what raises the likelihood of the toxic ones relative to the others (paper Eq. 6).</summary>
public static class QueryContrast
{
    /// <summary>Normalised toxic minus normalised nontoxic gradient of one layer, in float64.</summary>
    /// <param name="toxic">Summed gradient of the toxic set, [out, in (+ 1)].</param>
    /// <param name="toxicCounts">What it was summed over.</param>
    /// <param name="nontoxic">Summed gradient of the nontoxic set, of the same shape.</param>
    /// <param name="nontoxicCounts">What it was summed over.</param>
    /// <param name="normalisation">What each sum is divided by.</param>
    /// <returns>[out, in (+ 1)], float64; the caller's scope owns it.</returns>
    /// <exception cref="ArgumentException">A set is empty, or the shapes differ.</exception>
    public static Tensor Difference(Tensor toxic, QueryCounts toxicCounts, Tensor nontoxic, QueryCounts nontoxicCounts, GradientNormalisation normalisation)
    {
        if (!toxic.shape.AsSpan().SequenceEqual(nontoxic.shape))
        {
            throw new ArgumentException($"The toxic gradient has shape [{string.Join(", ", toxic.shape)}] and the nontoxic one [{string.Join(", ", nontoxic.shape)}]: they belong to different models.", nameof(nontoxic));
        }

        using var scope = NewDisposeScope();
        var difference = toxic.to_type(ScalarType.Float64).Over(Divisor(toxicCounts, normalisation, "toxic"))
            - nontoxic.to_type(ScalarType.Float64).Over(Divisor(nontoxicCounts, normalisation, "nontoxic"));
        return difference.MoveToOuterDisposeScope();
    }

    /// <summary>Normalised gradient of one layer over the toxic set alone, in float64: the query of the standard influence function, without contrast.</summary>
    /// <param name="toxic">Summed gradient of the toxic set, [out, in (+ 1)].</param>
    /// <param name="counts">What it was summed over.</param>
    /// <param name="normalisation">What the sum is divided by.</param>
    /// <returns>[out, in (+ 1)], float64; the caller's scope owns it.</returns>
    /// <exception cref="ArgumentException">The set is empty.</exception>
    public static Tensor Alone(Tensor toxic, QueryCounts counts, GradientNormalisation normalisation)
    {
        using var scope = NewDisposeScope();
        return toxic.to_type(ScalarType.Float64).Over(Divisor(counts, normalisation, "toxic")).MoveToOuterDisposeScope();
    }

    private static double Divisor(QueryCounts counts, GradientNormalisation normalisation, string set)
    {
        if (counts.Sequences <= 0 || counts.LossTokens <= 0)
        {
            throw new ArgumentException($"The {set} query set has {counts.Sequences} sequences with {counts.LossTokens} tokens that carry loss; expected at least one of each. Give queries with a continuation.");
        }

        return normalisation switch
        {
            GradientNormalisation.Sequence => counts.Sequences,
            GradientNormalisation.Token => counts.LossTokens,
            GradientNormalisation.Sum => 1,
            _ => throw new ArgumentOutOfRangeException(nameof(normalisation), normalisation, "Unknown normalisation."),
        };
    }
}
