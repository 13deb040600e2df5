using static TorchSharp.torch;

namespace IfGuide.Numerics.Training;

/// <summary>The sequences of one step in ordinary memory; tensors are made for one micro-batch at a time.</summary>
/// <param name="capacity">Most sequences.</param>
/// <param name="length">Tokens per sequence.</param>
internal sealed class SequenceBatch(int capacity, int length)
{
    private readonly long[] ids = new long[(long)capacity * length];
    private readonly long[] labels = new long[(long)capacity * length];
    private readonly bool[] attended = new bool[(long)capacity * length];
    private readonly bool[] selected = new bool[(long)capacity * length];

    /// <summary>Sequences held.</summary>
    public int Count { get; private set; }

    /// <summary>Labels that are not −100, those at index 0 included.</summary>
    public long LabelCount => Count * (long)length - labels.AsSpan(0, Count * length).Count(TokenBatch.NoLabel);

    /// <summary>Positions that could predict a label.</summary>
    public long PositionCount => Count * (long)(length - 1);

    /// <summary>Positions from one to below another, a step apart.</summary>
    public static IEnumerable<long> Positions(long from, long to, int step = 1)
    {
        for (var position = from; position < to; position += step)
        {
            yield return position;
        }
    }

    /// <summary>Reads sequences.</summary>
    public void Fill(ISequenceSource source, IEnumerable<long> sequences)
    {
        attended.AsSpan().Fill(true);
        selected.AsSpan().Clear();
        Count = 0;
        foreach (var sequence in sequences)
        {
            var (from, size) = (Count * length, length);
            source.Read(sequence, new SequenceRow(ids.AsSpan(from, size), labels.AsSpan(from, size), attended.AsSpan(from, size), selected.AsSpan(from, size)));
            Count++;
        }
    }

    /// <summary>Tensors of some of the sequences, [count, T] each; a mask that says nothing is null. The caller's scope owns them.</summary>
    public (Tensor Ids, Tensor Labels, Tensor? Attended, Tensor? Selected) Slice(int first, int count, Device device)
    {
        var (from, size) = (first * length, count * length);
        Tensor Place<T>(T[] values, Func<T[], Tensor> make) => make(values[from..(from + size)]).reshape(count, length).to(device);
        return (
            Place(ids, values => tensor(values)),
            Place(labels, values => tensor(values)),
            attended.AsSpan(from, size).Contains(false) ? Place(attended, values => tensor(values)).to(ScalarType.Int64) : null,
            selected.AsSpan(from, size).Contains(true) ? Place(selected, values => tensor(values)) : null);
    }
}
