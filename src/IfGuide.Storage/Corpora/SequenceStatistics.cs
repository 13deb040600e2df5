namespace IfGuide.Storage.Corpora;

/// <summary>Counts over a range of sequences.</summary>
/// <param name="AttendedTokens">Tokens that are not padding.</param>
/// <param name="LossTokens">Labels that carry loss; the first position is never predicted and does not count.</param>
/// <param name="HasPadding">Whether some attention is 0.</param>
/// <param name="HasOwnLabels">Whether some label differs from its default: the id, −100 on padding.</param>
public sealed record SequenceStatistics(long AttendedTokens, long LossTokens, bool HasPadding, bool HasOwnLabels)
{
    /// <summary>Counts all sequences.</summary>
    /// <param name="source">The sequences.</param>
    internal static SequenceStatistics Compute(ISequenceSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Compute(source, 0, source.Sequences);
    }

    /// <summary>Counts a range of sequences.</summary>
    /// <param name="source">The sequences.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    public static SequenceStatistics Compute(ISequenceSource source, long first, long count)
    {
        ArgumentNullException.ThrowIfNull(source);
        var counter = new Counter(source);
        for (var sequence = first; sequence < first + count; sequence++)
        {
            counter.Add(sequence);
        }

        return counter.Complete(count);
    }

    private sealed class Counter(ISequenceSource source)
    {
        private readonly int[] ids = new int[source.Length];
        private readonly int[] labels = new int[source.Length];
        private readonly int[] defaults = new int[source.Length];
        private readonly byte[] mask = new byte[source.Length];
        private long attended;
        private long loss;
        private bool hasOwnLabels;

        public void Add(long sequence)
        {
            source.InputIds(sequence, ids);
            source.Labels(sequence, labels);
            source.AttentionMask(sequence, mask);
            DefaultLabels.Fill(ids, mask, defaults);
            hasOwnLabels |= !labels.AsSpan().SequenceEqual(defaults);
            attended += mask.AsSpan().Count((byte)1);
            var predicted = labels.AsSpan(1);
            loss += predicted.Length - predicted.Count(ISequenceSource.NoLabel);
        }

        public SequenceStatistics Complete(long count) => new(attended, loss, attended < count * source.Length, hasOwnLabels);
    }
}
