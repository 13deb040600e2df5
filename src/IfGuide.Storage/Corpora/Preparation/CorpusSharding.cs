using IfGuide.Abstractions;

namespace IfGuide.Storage.Corpora.Preparation;

/// <summary>Decides how many sequences each shard of a corpus has.</summary>
public static class CorpusSharding
{
    private const long TokensPerShard = 65_536;
    private const int MaxAutomaticShards = 64;
    private const long MaxTokensPerShard = 1L << 28; // 1 GiB of int32

    /// <summary>Computes the sizes of contiguous shards. They differ by at most one sequence, and the larger ones come first.</summary>
    /// <param name="sequences">Sequences of the corpus; at least 1.</param>
    /// <param name="length">Tokens per sequence.</param>
    /// <param name="shards">
    /// Number of shards; at most one per sequence is made.
    /// Null: one per 65,536 tokens, at most 64 as long as none has more than 2^28 tokens.
    /// </param>
    /// <exception cref="UserErrorException">A shard would have more than 2^28 tokens.</exception>
    public static IReadOnlyList<long> ComputeSizes(long sequences, int length, int? shards)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sequences);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        var tokens = checked(sequences * length);
        var min = DivideUp(sequences, Math.Max(1, MaxTokensPerShard / length));
        var wanted = shards ?? ChooseCount(tokens, min);
        if (wanted < min)
        {
            throw new UserErrorException(
                $"shards is {wanted}, but the corpus has {tokens} tokens and a shard holds at most {MaxTokensPerShard}: "
                + $"set shards to {min} or more, or to auto.");
        }

        return Divide(sequences, Math.Min(wanted, sequences));
    }

    private static long ChooseCount(long tokens, long min)
    {
        var automatic = Math.Clamp(DivideUp(tokens, TokensPerShard), 1, MaxAutomaticShards);
        return Math.Max(min, automatic);
    }

    private static long[] Divide(long sequences, long count)
    {
        var (size, rest) = Math.DivRem(sequences, count);
        var sizes = new long[count];
        sizes.AsSpan().Fill(size);
        foreach (ref var larger in sizes.AsSpan(0, (int)rest))
        {
            larger++;
        }

        return sizes;
    }

    private static long DivideUp(long dividend, long divisor) => (dividend + divisor - 1) / divisor;
}
