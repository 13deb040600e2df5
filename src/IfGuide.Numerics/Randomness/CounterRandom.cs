namespace IfGuide.Numerics.Randomness;

/// <summary>Random numbers as a pure function of (seed, purpose, two counters): no history, so no unit depends on another.</summary>
/// <remarks>Each counter passes through the SplitMix64 finaliser (Steele, Lea and Flood 2014) after being mixed with the state so far.</remarks>
public static class CounterRandom
{
    /// <summary>64 random bits.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What they are for.</param>
    /// <param name="first">First counter, e.g. the sequence's index in the corpus.</param>
    /// <param name="second">Second counter, e.g. the position in the sequence.</param>
    public static ulong Bits(ulong seed, RandomPurpose purpose, long first, long second)
    {
        var state = Mix(seed + 0x9e3779b97f4a7c15UL * (ulong)purpose);
        state = Mix(state ^ ((ulong)first + 0x9e3779b97f4a7c15UL));
        return Mix(state ^ ((ulong)second + 0xd1b54a32d192ed03UL));
    }

    /// <summary>A uniform number in [0, 1) with 53 random bits.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What it is for.</param>
    /// <param name="first">First counter.</param>
    /// <param name="second">Second counter.</param>
    public static double Uniform(ulong seed, RandomPurpose purpose, long first, long second) =>
        (Bits(seed, purpose, first, second) >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
        return z ^ (z >> 31);
    }
}
