using System.IO.Compression;

namespace IfGuide.Storage.PyTorch;

/// <summary>Writes a Boolean matrix as PyTorch's <c>torch.save</c> does: an uncompressed ZIP of a pickle and the raw elements.</summary>
/// <remarks><c>torch.load</c> reads it, with <c>weights_only</c> too.</remarks>
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
        Add(zip, "data.pkl", entry => entry.Write(TensorPickle.Create(rows, columns)));
        Add(zip, "byteorder", entry => entry.Write("little"u8));
        Add(zip, "data/0", write);
        Add(zip, "version", entry => entry.Write("3\n"u8));
    }

    private static void Add(ZipArchive zip, string name, Action<Stream> write)
    {
        using var entry = zip.CreateEntry($"{Folder}/{name}", CompressionLevel.NoCompression).Open();
        write(entry);
    }
}
