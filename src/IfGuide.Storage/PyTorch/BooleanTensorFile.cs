using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Text;

namespace IfGuide.Storage.PyTorch;

/// <summary>Writes a Boolean matrix as PyTorch's <c>torch.save</c> does: an uncompressed ZIP of a pickle and the raw elements. <c>torch.load</c> reads it, with <c>weights_only</c> too.</summary>
public static class BooleanTensorFile
{
    private const string Folder = "archive";

    /// <summary>Writes the file.</summary>
    /// <param name="stream">Where to; must seek.</param>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="columns">Columns of the matrix.</param>
    /// <param name="write">Writes rows × columns bytes of 0 and 1, row-major.</param>
    public static void Write(Stream stream, long rows, long columns, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(write);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Add(zip, "data.pkl", entry => entry.Write(Pickle(rows, columns)));
        Add(zip, "byteorder", entry => entry.Write("little"u8));
        Add(zip, "data/0", write);
        Add(zip, "version", entry => entry.Write("3\n"u8));
    }

    private static void Add(ZipArchive zip, string name, Action<Stream> write)
    {
        using var entry = zip.CreateEntry($"{Folder}/{name}", CompressionLevel.NoCompression).Open();
        write(entry);
    }

    /// <summary>_rebuild_tensor_v2(storage 0 of Booleans on the CPU, offset 0, (rows, columns), (columns, 1), requires_grad False, OrderedDict()), in pickle's protocol 2.</summary>
    private static byte[] Pickle(long rows, long columns)
    {
        using var pickle = new MemoryStream();
        pickle.Write([0x80, 2]); // PROTO
        Global("torch._utils", "_rebuild_tensor_v2");
        pickle.WriteByte((byte)'('); // MARK: the arguments
        pickle.WriteByte((byte)'('); // MARK: the storage's persistent id
        Text("storage");
        Global("torch", "BoolStorage");
        Text("0");
        Text("cpu");
        Whole(rows * columns);
        pickle.Write("tQ"u8); // TUPLE, BINPERSID
        Whole(0);
        Whole(rows);
        Whole(columns);
        pickle.WriteByte(0x86); // TUPLE2: the size
        Whole(columns);
        Whole(1);
        pickle.Write([0x86, 0x89]); // TUPLE2: the strides; NEWFALSE
        Global("collections", "OrderedDict");
        pickle.Write(")RtR."u8); // EMPTY_TUPLE, REDUCE; TUPLE, REDUCE; STOP
        return pickle.ToArray();

        void Global(string module, string name) => pickle.Write(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));

        void Text(string text)
        {
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
            pickle.WriteByte((byte)'X');
            pickle.Write(length);
            pickle.Write(Encoding.ASCII.GetBytes(text));
        }

        void Whole(long value)
        {
            var bytes = new BigInteger(value).ToByteArray(); // LONG1 takes two's complement, shortest, little-endian
            pickle.Write([0x8a, (byte)bytes.Length]);
            pickle.Write(bytes);
        }
    }
}
