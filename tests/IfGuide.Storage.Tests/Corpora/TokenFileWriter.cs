using System.Buffers.Binary;

namespace IfGuide.Storage.Tests.Corpora;

/// <summary>Writes token files byte by byte, as their definitions say.</summary>
internal static class TokenFileWriter
{
    /// <summary>Type codes of Megatron's index, with the bytes of a token.</summary>
    public static readonly (byte Code, int Size)[] Types = [(1, 1), (2, 1), (3, 2), (4, 4), (5, 8), (8, 2)];

    /// <summary>Token ids of so many bytes each.</summary>
    public static byte[] Tokens(IEnumerable<int> tokens, int size) => [.. tokens.SelectMany(token =>
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, token);
        return bytes[..size];
    })];

    /// <summary>Megatron's .idx and .bin of documents that consist of sequences.</summary>
    public static (byte[] Index, byte[] Tokens) Megatron(int[][][] documents, byte code = 8, bool modes = false)
    {
        var size = Types.Single(type => type.Code == code).Size;
        var sequences = documents.SelectMany(document => document).ToArray();
        using var index = new MemoryStream();
        using var writer = new BinaryWriter(index);
        writer.Write("MMIDIDX\0\0"u8);
        writer.Write(1L);
        writer.Write(code);
        writer.Write((long)sequences.Length);
        writer.Write(documents.Length + 1L);
        Array.ForEach(sequences, sequence => writer.Write(sequence.Length));
        var place = 0L;
        foreach (var sequence in sequences)
        {
            writer.Write(place);
            place += sequence.Length * size;
        }

        var first = 0L;
        writer.Write(first);
        Array.ForEach(documents, document => writer.Write(first += document.Length));
        if (modes)
        {
            writer.Write(new byte[sequences.Length]);
        }

        return (index.ToArray(), Tokens(sequences.SelectMany(sequence => sequence), size));
    }

    /// <summary>A file with the header of llm.c.</summary>
    public static byte[] Headed(int magic, int version, int[] tokens, int size)
    {
        var header = new byte[1024];
        int[] numbers = [magic, version, tokens.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4 * i), numbers[i]);
        }

        return [.. header, .. Tokens(tokens, size)];
    }
}
