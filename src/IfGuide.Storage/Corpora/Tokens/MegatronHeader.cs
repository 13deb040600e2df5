using System.Buffers.Binary;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Corpora.Tokens;

/// <summary>The beginning of a Megatron index (.idx), and where the arrays behind it lie.</summary>
/// <remarks>It holds magic, version, type of the tokens, and the numbers of sequences and of document boundaries.</remarks>
/// <param name="Type">Type of the token ids in the .bin.</param>
/// <param name="Sequences">Number of sequences.</param>
/// <param name="Boundaries">Entries of the document index: one more than documents.</param>
internal sealed record MegatronHeader(ElementType Type, long Sequences, long Boundaries)
{
    /// <summary>Its length in bytes.</summary>
    public const int Length = 34;

    /// <summary>What an index begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "MMIDIDX\0\0"u8;

    /// <summary>First byte of the sequences' lengths, int32 in tokens.</summary>
    public static long LengthsStart => Length;

    /// <summary>First byte of the sequences' places, int64 in bytes of the .bin.</summary>
    public long PlacesStart => Length + (4 * Sequences);

    /// <summary>First byte of the document index, int64: each document's first sequence, and the number of sequences at the end.</summary>
    public long DocumentsStart => Length + (12 * Sequences);

    /// <summary>Reads the beginning of an index and checks it against the length of the file.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="first">Its first bytes, at most <see cref="Length"/>.</param>
    /// <param name="fileLength">Its length in bytes.</param>
    /// <exception cref="DamagedFileException">It is no such index, or its numbers do not fit its length.</exception>
    public static MegatronHeader Read(string path, ReadOnlySpan<byte> first, long fileLength)
    {
        if (first.Length < Length || !first.StartsWith(Magic))
        {
            throw CreateError(path, "it does not begin with the magic of one, MMIDIDX");
        }

        var version = BinaryPrimitives.ReadUInt64LittleEndian(first[9..]);
        if (version != 1)
        {
            throw CreateError(path, $"its version is {version}, and version 1 is known");
        }

        var type = DecodeType(first[17])
            ?? throw CreateError(path, $"its type code is {first[17]}, which stands for no whole numbers (1 to 5 and 8 do)");
        var sequences = BinaryPrimitives.ReadInt64LittleEndian(first[18..]);
        var boundaries = BinaryPrimitives.ReadInt64LittleEndian(first[26..]);
        if (!Fit(sequences, boundaries, fileLength - Length))
        {
            throw CreateError(
                path,
                $"it announces {sequences} sequences and {boundaries} document boundaries, which do not fit its {fileLength} bytes");
        }

        return new MegatronHeader(type, sequences, boundaries);
    }

    private static ElementType? DecodeType(byte code) => code switch
    {
        1 => ElementType.UInt8,
        2 => ElementType.Int8,
        3 => ElementType.Int16,
        4 => ElementType.Int32,
        5 => ElementType.Int64,
        8 => ElementType.UInt16,
        _ => null,
    };

    /// <summary>Whether the arrays of so many entries fill the bytes behind the header.</summary>
    private static bool Fit(long sequences, long boundaries, long bytes)
    {
        if (sequences < 0 || boundaries < 1 || sequences > bytes / 12 || boundaries > bytes / 8)
        {
            return false;
        }

        var rest = bytes - (12 * sequences) - (8 * boundaries);
        return rest == 0 || rest == sequences; // multimodal sets have one more byte a sequence: its mode
    }

    private static DamagedFileException CreateError(string path, string what) =>
        new($"'{path}' is no usable Megatron index: {what}. It is truncated or of another kind: write the dataset again.");
}
