using System.Buffers;
using MessagePack;

namespace IfGuide.Storage.Corpora;

/// <summary>A document's tokens within one shard. A document that goes over a shard's end has one such piece in each shard.</summary>
[MessagePackObject]
public sealed record DocumentPiece
{
    /// <summary>The document's id.</summary>
    [Key(0)] public required string Id { get; init; }

    /// <summary>The document's source.</summary>
    [Key(1)] public required string Source { get; init; }

    /// <summary>First token within the shard: sequence × length + position.</summary>
    [Key(2)] public required long FirstToken { get; init; }

    /// <summary>Tokens of this piece, with the closing end-of-text token where it is here.</summary>
    [Key(3)] public required long TokenCount { get; init; }

    /// <summary>Tokens of the document in earlier shards.</summary>
    [Key(4)] public required long TokenOffset { get; init; }

    /// <summary>Whether the last token of this piece is the end-of-text token that closes the document.</summary>
    [Key(5)] public required bool Closed { get; init; }

    /// <summary>Whether the document goes on in the next shard.</summary>
    [Key(6)] public required bool Continues { get; init; }
}

/// <summary>A token's place in its document.</summary>
/// <param name="Piece">Index of the document's piece in the shard's index.</param>
/// <param name="Document">The piece.</param>
/// <param name="Token">Index of the token within the whole document.</param>
/// <param name="IsClosing">Whether it is the end-of-text token behind the document's text.</param>
public readonly record struct DocumentPlace(int Piece, DocumentPiece Document, long Token, bool IsClosing);

/// <summary>Which documents a shard's tokens belong to.</summary>
[MessagePackObject]
public sealed record DocumentIndex
{
    private const int PiecesAtOnce = 1024;

    /// <summary>Tokens per sequence.</summary>
    [Key(0)] public required int Length { get; init; }

    /// <summary>The documents, by first token.</summary>
    [Key(1)] public required IReadOnlyList<DocumentPiece> Documents { get; init; }

    /// <summary>The document that a token belongs to; null for padding.</summary>
    /// <param name="sequence">Sequence within the shard.</param>
    /// <param name="token">Position within the sequence.</param>
    internal DocumentPlace? DocumentAt(long sequence, int token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, Length);
        var index = (sequence * Length) + token;
        var piece = LastAtOrBefore(index);
        if (piece < 0)
        {
            return null;
        }

        var document = Documents[piece];
        var within = index - document.FirstToken;
        return within < document.TokenCount
            ? new DocumentPlace(piece, document, document.TokenOffset + within, document.Closed && within == document.TokenCount - 1)
            : null;
    }

    /// <summary>The pieces that a run of a sequence's tokens touches, in order.</summary>
    /// <param name="sequence">Sequence within the shard.</param>
    internal IEnumerable<DocumentPiece> DocumentsOf(long sequence)
    {
        var first = sequence * Length;
        for (var piece = Math.Max(LastAtOrBefore(first), 0); piece < Documents.Count && Documents[piece].FirstToken < first + Length; piece++)
        {
            if (Documents[piece].FirstToken + Documents[piece].TokenCount > first)
            {
                yield return Documents[piece];
            }
        }
    }

    /// <summary>Writes the index.</summary>
    /// <param name="stream">Where to.</param>
    internal void Write(Stream stream) => MessagePackSerializer.Serialize(stream, this);

    /// <summary>Writes an index whose documents are not held in memory; the same bytes.</summary>
    internal static void Write(Stream stream, ShardDocuments documents)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var header = new MessagePackWriter(buffer);
        header.WriteArrayHeader(2);
        header.Write(documents.Length);
        header.WriteArrayHeader(documents.Count);
        header.Flush();
        foreach (var chunk in documents.Pieces.Chunk(PiecesAtOnce))
        {
            var writer = new MessagePackWriter(buffer);
            foreach (var piece in chunk)
            {
                MessagePackSerializer.Serialize(ref writer, piece);
            }

            writer.Flush();
            stream.Write(buffer.WrittenSpan);
            buffer.ResetWrittenCount();
        }

        stream.Write(buffer.WrittenSpan);
    }

    /// <summary>Reads an index.</summary>
    /// <param name="path">The file.</param>
    public static DocumentIndex Read(string path)
    {
        using var file = File.OpenRead(path);
        return MessagePackSerializer.Deserialize<DocumentIndex>(file);
    }

    private int LastAtOrBefore(long token)
    {
        var low = 0;
        var high = Documents.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = Documents[middle].FirstToken <= token ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }
}
