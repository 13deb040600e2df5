namespace IfGuide.Storage.Corpora;

/// <summary>What a range of sequences holds.</summary>
/// <param name="AttendedTokens">Tokens that are not padding.</param>
/// <param name="LossTokens">Labels that carry loss; the first position is never predicted and does not count.</param>
/// <param name="HasPadding">Whether some attention is 0.</param>
/// <param name="HasOwnLabels">Whether some label differs from its default: the id, −100 on padding.</param>
public sealed record SequenceStatistics(long AttendedTokens, long LossTokens, bool HasPadding, bool HasOwnLabels)
{
    /// <summary>Counts all sequences.</summary>
    /// <param name="source">The sequences.</param>
    internal static SequenceStatistics Of(ISequenceSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Of(source, 0, source.Sequences);
    }

    /// <summary>Counts a range of sequences.</summary>
    /// <param name="source">The sequences.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    public static SequenceStatistics Of(ISequenceSource source, long first, long count)
    {
        ArgumentNullException.ThrowIfNull(source);
        var ids = new int[source.Length];
        var labels = new int[source.Length];
        var defaults = new int[source.Length];
        var mask = new byte[source.Length];
        long attended = 0;
        long loss = 0;
        var own = false;
        for (var sequence = first; sequence < first + count; sequence++)
        {
            source.InputIds(sequence, ids);
            source.Labels(sequence, labels);
            source.AttentionMask(sequence, mask);
            DefaultLabels.Fill(ids, mask, defaults);
            own |= !labels.AsSpan().SequenceEqual(defaults);
            attended += mask.AsSpan().Count((byte)1);
            loss += labels.Length - 1 - labels.AsSpan(1).Count(ISequenceSource.NoLabel);
        }

        return new SequenceStatistics(attended, loss, attended < count * source.Length, own);
    }
}
