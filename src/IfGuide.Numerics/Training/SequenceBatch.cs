using static TorchSharp.torch;

namespace IfGuide.Numerics.Training;

/// <summary>The sequences of one step in ordinary memory; tensors are made for one micro-batch at a time.</summary>
/// <param name="capacity">Max sequences.</param>
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

    /// <summary>Reads sequences.</summary>
    public void Fill(ITrainingSequences source, IEnumerable<long> sequences)
    {
        attended.AsSpan().Fill(true);
        selected.AsSpan().Clear();
        Count = 0;
        foreach (var sequence in sequences)
        {
            var place = Count * length;
            var row = new SequenceRow(
                ids.AsSpan(place, length),
                labels.AsSpan(place, length),
                attended.AsSpan(place, length),
                selected.AsSpan(place, length));
            source.Read(sequence, row);
            Count++;
        }
    }

    /// <summary>Tensors of some of the sequences; a mask that says nothing is null.</summary>
    public MicroBatch Slice(int first, int count, Device device)
    {
        var from = first * length;
        var to = from + count * length;
        var mask = PlaceIfAny(attended[from..to], false)?.to(ScalarType.Int64);
        var suppressed = PlaceIfAny(selected[from..to], true);
        return new MicroBatch(Place(tensor(ids[from..to])), Place(tensor(labels[from..to])), mask, suppressed);

        Tensor? PlaceIfAny(bool[] values, bool sought) => values.Contains(sought) ? Place(tensor(values)) : null;

        Tensor Place(Tensor values) => values.reshape(count, length).to(device);
    }
}
