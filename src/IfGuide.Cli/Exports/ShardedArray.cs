using System.Runtime.InteropServices;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Safetensors;

namespace IfGuide.Cli.Exports;

/// <summary>The arrays of all corpus shards as one, sequences × tokens, read row by row.</summary>
internal sealed class ShardedArray : IDisposable
{
    private readonly List<NpyFile> shards = [];

    public ShardedArray(IEnumerable<string> files)
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

    public ElementType Type => shards[0].Type;

    public IReadOnlyList<long> Shape => [shards.Sum(shard => shard.Rows), shards[0].RowLength];

    /// <summary>Every row in order; a row is valid until the next is asked for.</summary>
    public void ForEachRow<T>(ReadOnlySpanAction<T> consume)
        where T : unmanaged
    {
        foreach (var shard in shards)
        {
            for (long row = 0; row < shard.Rows; row++)
            {
                consume(shard.RowSpan<T>(row, 1));
            }
        }
    }

    /// <summary>Writes the array as it is.</summary>
    public void WriteNpy<T>(Stream stream)
        where T : unmanaged
    {
        var writer = new NpyWriter(stream, Type, Shape);
        ForEachRow<T>(writer.Write);
        writer.Complete();
    }

    /// <summary>Writes the array as a safetensors file of one tensor.</summary>
    public void WriteSafetensors<T>(Stream stream, string name)
        where T : unmanaged =>
        SafetensorsWriter.Write(stream, [new TensorSource(name, Type, Shape, output => ForEachRow<T>(row => output.Write(MemoryMarshal.AsBytes(row))))]);

    public void Dispose() => shards.ForEach(shard => shard.Dispose());
}

/// <summary>Takes a row.</summary>
internal delegate void ReadOnlySpanAction<T>(ReadOnlySpan<T> row);
