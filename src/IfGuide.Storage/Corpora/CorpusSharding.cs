using IfGuide.Abstractions;

namespace IfGuide.Storage.Corpora;

/// <summary>How many sequences each shard of a corpus has.</summary>
public static class CorpusSharding
{
    private const long TokensPerShard = 65_536;
    private const int MostAutomaticShards = 64;
    private const long MostTokensPerShard = 1L << 28; // 1 GiB of int32

    /// <summary>Sizes of contiguous shards that differ by at most one sequence, larger ones first.</summary>
    /// <param name="sequences">Sequences of the corpus; at least 1.</param>
    /// <param name="length">Tokens per sequence.</param>
    /// <param name="shards">Number of shards; at most one per sequence is made. Null: one per 65,536 tokens, at most 64 as long as none has more than 2^28 tokens.</param>
    /// <exception cref="UserErrorException">A shard would have more than 2^28 tokens.</exception>
    public static IReadOnlyList<long> Sizes(long sequences, int length, int? shards)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sequences);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        var tokens = checked(sequences * length);
        var fewest = DivideUp(sequences, Math.Max(1, MostTokensPerShard / length));
        var wanted = shards ?? Math.Max(fewest, Math.Clamp(DivideUp(tokens, TokensPerShard), 1, MostAutomaticShards));
        if (wanted < fewest)
        {
            throw new UserErrorException($"shards is {wanted}, but the corpus has {tokens} tokens and a shard holds at most {MostTokensPerShard}: set shards to {fewest} or more, or to auto.");
        }

        var count = Math.Min(wanted, sequences);
        return [.. Enumerable.Range(0, (int)count).Select(shard => (sequences / count) + (shard < sequences % count ? 1 : 0))];
    }

    private static long DivideUp(long dividend, long divisor) => (dividend + divisor - 1) / divisor;
}
