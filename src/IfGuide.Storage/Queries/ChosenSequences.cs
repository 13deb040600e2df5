using IfGuide.Storage.Corpora;

namespace IfGuide.Storage.Queries;

/// <summary>Some of the sequences of a source.</summary>
internal sealed class ChosenSequences(ISequenceSource source, IReadOnlyList<long> chosen) : ISequenceSource
{
    public long Sequences => chosen.Count;

    public int Length => source.Length;

    public void InputIds(long sequence, Span<int> tokens) => source.InputIds(chosen[(int)sequence], tokens);

    public void Labels(long sequence, Span<int> labels) => source.Labels(chosen[(int)sequence], labels);

    public void AttentionMask(long sequence, Span<byte> mask) => source.AttentionMask(chosen[(int)sequence], mask);
}
