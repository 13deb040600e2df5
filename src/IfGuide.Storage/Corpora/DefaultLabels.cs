namespace IfGuide.Storage.Corpora;

/// <summary>The labels of sequences that bring none of their own.</summary>
internal static class DefaultLabels
{
    /// <summary>Fills in the token ids, and <see cref="ISequenceSource.NoLabel"/> on padding.</summary>
    public static void Fill(ReadOnlySpan<int> tokens, ReadOnlySpan<byte> mask, Span<int> labels)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            labels[i] = tokens[i];
            if (mask[i] == 0)
            {
                labels[i] = ISequenceSource.NoLabel;
            }
        }
    }
}
