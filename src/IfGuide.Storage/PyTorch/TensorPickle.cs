using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace IfGuide.Storage.PyTorch;

/// <summary>The pickle of a Boolean matrix, in pickle's protocol 2.</summary>
/// <remarks>
/// It reads as <c>_rebuild_tensor_v2(storage, 0, (rows, columns), (columns, 1), False, OrderedDict())</c>.
/// The storage is number 0, of Booleans, on the CPU. Then follow offset, size, strides, <c>requires_grad</c> and hooks.
/// </remarks>
internal static class TensorPickle
{
    /// <summary>Creates the pickle's bytes.</summary>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="columns">Columns of the matrix.</param>
    public static byte[] Create(long rows, long columns)
    {
        using var stream = new MemoryStream();
        stream.Write([0x80, 2]); // PROTO
        WriteGlobal(stream, "torch._utils", "_rebuild_tensor_v2");
        stream.WriteByte((byte)'('); // MARK: the arguments
        WriteStorage(stream, rows * columns);
        WriteInteger(stream, 0);
        WriteInteger(stream, rows);
        WriteInteger(stream, columns);
        stream.WriteByte(0x86); // TUPLE2: the size
        WriteInteger(stream, columns);
        WriteInteger(stream, 1);
        stream.Write([0x86, 0x89]); // TUPLE2: the strides; NEWFALSE
        WriteGlobal(stream, "collections", "OrderedDict");
        stream.Write(")RtR."u8); // EMPTY_TUPLE, REDUCE; TUPLE, REDUCE; STOP
        return stream.ToArray();
    }

    private static void WriteStorage(Stream stream, long elements)
    {
        stream.WriteByte((byte)'('); // MARK: the storage's persistent id
        WriteText(stream, "storage");
        WriteGlobal(stream, "torch", "BoolStorage");
        WriteText(stream, "0");
        WriteText(stream, "cpu");
        WriteInteger(stream, elements);
        stream.Write("tQ"u8); // TUPLE, BINPERSID
    }

    private static void WriteGlobal(Stream stream, string module, string name) =>
        stream.Write(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));

    private static void WriteText(Stream stream, string text)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        stream.WriteByte((byte)'X');
        stream.Write(length);
        stream.Write(Encoding.ASCII.GetBytes(text));
    }

    private static void WriteInteger(Stream stream, long value)
    {
        var bytes = new BigInteger(value).ToByteArray(); // LONG1 takes two's complement, shortest, little-endian
        stream.Write([0x8a, (byte)bytes.Length]);
        stream.Write(bytes);
    }
}
