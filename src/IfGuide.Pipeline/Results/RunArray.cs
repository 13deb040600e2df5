using System.Runtime.InteropServices;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Safetensors;

namespace IfGuide.Pipeline.Results;

/// <summary>An array of a run: the arrays of all corpus shards as one, mapped into memory and read by rows. It is never in memory whole.</summary>
/// <typeparam name="T">The elements' type: <see cref="float"/> for scores, <see cref="bool"/> for masks, <see cref="long"/> for orders.</typeparam>
/// <remarks>Scores and masks are [sequences, tokens]: element (s, t) belongs to token t of sequence s. An order is [sequences].</remarks>
public sealed class RunArray<T> : IDisposable
    where T : unmanaged
{
    private readonly List<NpyFile> shards = [];

    /// <summary>Opens the arrays of the shards.</summary>
    /// <param name="files">An .npy for each shard, in order; at least one.</param>
    internal RunArray(IEnumerable<string> files)
    {
        try
        {
            foreach (var file in files)
            {
                shards.Add(NpyFile.Open(file));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Type of the elements.</summary>
    public ElementType Type => shards[0].Type;

    /// <summary>The whole shape: rows first.</summary>
    public IReadOnlyList<long> Shape => [Rows, .. shards[0].Shape.Skip(1)];

    /// <summary>Rows: sequences of the corpus, in corpus order.</summary>
    public long Rows => shards.Sum(shard => shard.Rows);

    /// <summary>Elements of a row: tokens of a sequence; 1 for an order.</summary>
    public int RowLength => checked((int)shards[0].RowLength);

    /// <summary>One row without a copy; valid until the array is disposed.</summary>
    /// <param name="row">Its index, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<T> Row(long row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        var rest = row;
        foreach (var shard in shards)
        {
            if (rest < shard.Rows)
            {
                return shard.RowSpan<T>(rest, 1);
            }

            rest -= shard.Rows;
        }

        throw new ArgumentOutOfRangeException(nameof(row), row, $"The array has {Rows} rows.");
    }

    /// <summary>Rows in order, as a stream: each is read when it is asked for, and is a copy of its own.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many; null: all from there on.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row; thrown when it is asked for.</exception>
    public IEnumerable<T[]> ReadRows(long first = 0, long? count = null)
    {
        var end = first + (count ?? (Rows - first));
        for (var row = first; row < end; row++)
        {
            yield return Row(row).ToArray();
        }
    }

    /// <summary>Copies neighbouring elements, over the ends of rows and shards: the tokens of a document, for instance.</summary>
    /// <param name="first">Index of the first in the whole array: row × row length + place in the row.</param>
    /// <param name="elements">Takes as many as it holds.</param>
    /// <exception cref="ArgumentOutOfRangeException">The array ends before.</exception>
    public void Read(long first, Span<T> elements)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        var (row, place) = Math.DivRem(first, RowLength);
        while (elements.Length > 0)
        {
            var found = Row(row)[(int)place..];
            var taken = Math.Min(found.Length, elements.Length);
            found[..taken].CopyTo(elements);
            elements = elements[taken..];
            (row, place) = (row + 1, 0);
        }
    }

    /// <summary>Passes every row on in order, without a copy.</summary>
    /// <param name="consume">Takes a row.</param>
    public void ForEachRow(RowAction<T> consume)
    {
        ArgumentNullException.ThrowIfNull(consume);
        foreach (var shard in shards)
        {
            for (long row = 0; row < shard.Rows; row++)
            {
                consume(shard.RowSpan<T>(row, 1));
            }
        }
    }

    /// <summary>Writes the array as one .npy.</summary>
    /// <param name="stream">Where to; may be forward only.</param>
    public void WriteNpy(Stream stream)
    {
        var writer = new NpyWriter(stream, Type, Shape);
        ForEachRow(writer.Write);
        writer.Complete();
    }

    /// <summary>Writes the array as a safetensors file of one tensor.</summary>
    /// <param name="stream">Where to; may be forward only.</param>
    /// <param name="name">The tensor's name.</param>
    public void WriteSafetensors(Stream stream, string name)
    {
        void WriteRows(Stream output) => ForEachRow(row => output.Write(MemoryMarshal.AsBytes(row)));
        SafetensorsWriter.Write(stream, [new TensorSource(name, Type, Shape, WriteRows)]);
    }

    /// <summary>Unmaps the files.</summary>
    public void Dispose() => shards.ForEach(shard => shard.Dispose());
}
