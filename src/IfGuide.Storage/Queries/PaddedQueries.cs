using IfGuide.Storage.Corpora;

namespace IfGuide.Storage.Queries;

/// <summary>Queries padded on the left to the longest of them.</summary>
internal sealed class PaddedQueries(IReadOnlyList<Query> queries, int padding) : ISequenceSource
{
    public long Sequences => queries.Count;

    public int Length { get; } = queries.Max(query => query.Tokens.Length);

    public void InputIds(long sequence, Span<int> tokens)
    {
        var query = queries[(int)sequence];
        var pad = Length - query.Tokens.Length;
        tokens[..pad].Fill(padding);
        query.Tokens.Span.CopyTo(tokens[pad..]);
    }

    public void Labels(long sequence, Span<int> labels)
    {
        var query = queries[(int)sequence];
        InputIds(sequence, labels);
        labels[..(Length - query.Tokens.Length + query.FirstLabel)].Fill(ISequenceSource.NoLabel);
    }

    public void AttentionMask(long sequence, Span<byte> mask)
    {
        var pad = Length - queries[(int)sequence].Tokens.Length;
        mask[..pad].Clear();
        mask[pad..Length].Fill(1);
    }
}
