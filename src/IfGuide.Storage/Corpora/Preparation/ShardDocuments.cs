using System.Buffers;
using MessagePack;

namespace IfGuide.Storage.Corpora.Preparation;

/// <summary>The documents of a shard that is being stored.</summary>
/// <param name="Length">Tokens per sequence.</param>
/// <param name="Count">How many.</param>
/// <param name="Pieces">Their pieces, by first token. Each enumeration reads them anew.</param>
internal sealed record ShardDocuments(int Length, int Count, IEnumerable<DocumentPiece> Pieces)
{
    private const int PiecesAtOnce = 1024;

    /// <summary>Writes them as a <see cref="DocumentIndex"/>; memory holds a few of them.</summary>
    /// <param name="stream">Where to; may be forward only.</param>
    public void Write(Stream stream)
    {
        var buffer = new ArrayBufferWriter<byte>();
        WriteHeader(buffer);
        foreach (var chunk in Pieces.Chunk(PiecesAtOnce))
        {
            WritePieces(buffer, chunk);
            stream.Write(buffer.WrittenSpan);
            buffer.ResetWrittenCount();
        }

        stream.Write(buffer.WrittenSpan);
    }

    private void WriteHeader(ArrayBufferWriter<byte> buffer)
    {
        var header = new MessagePackWriter(buffer);
        header.WriteArrayHeader(2);
        header.Write(Length);
        header.WriteArrayHeader(Count);
        header.Flush();
    }

    private static void WritePieces(ArrayBufferWriter<byte> buffer, DocumentPiece[] pieces)
    {
        var writer = new MessagePackWriter(buffer);
        foreach (var piece in pieces)
        {
            MessagePackSerializer.Serialize(ref writer, piece);
        }

        writer.Flush();
    }
}
