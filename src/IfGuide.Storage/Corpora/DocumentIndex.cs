using MessagePack;

namespace IfGuide.Storage.Corpora;

/// <summary>Says which documents a shard's tokens belong to.</summary>
[MessagePackObject]
public sealed record DocumentIndex
{
    /// <summary>Tokens per sequence.</summary>
    [Key(0)] public required int Length { get; init; }

    /// <summary>The documents, by first token.</summary>
    [Key(1)] public required IReadOnlyList<DocumentPiece> Documents { get; init; }

    /// <summary>Finds the document that a token belongs to; null for padding.</summary>
    /// <param name="sequence">Sequence within the shard.</param>
    /// <param name="token">Position within the sequence.</param>
    internal DocumentPlace? FindDocument(long sequence, int token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, Length);
        var index = (sequence * Length) + token;
        var piece = FindLastAtOrBefore(index);
        if (piece < 0)
        {
            return null;
        }

        var document = Documents[piece];
        var within = index - document.FirstToken;
        if (within >= document.TokenCount)
        {
            return null;
        }

        var isClosing = document.Closed && within == document.TokenCount - 1;
        return new DocumentPlace(piece, document, document.TokenOffset + within, isClosing);
    }

    /// <summary>Finds the pieces that a sequence touches, in order.</summary>
    /// <param name="sequence">Sequence within the shard.</param>
    internal IEnumerable<DocumentPiece> FindDocuments(long sequence)
    {
        var first = sequence * Length;
        var behind = first + Length;
        var start = Math.Max(FindLastAtOrBefore(first), 0);
        return Documents.Skip(start)
            .TakeWhile(piece => piece.FirstToken < behind)
            .Where(piece => piece.FirstToken + piece.TokenCount > first);
    }

    /// <summary>Writes the index.</summary>
    /// <param name="stream">Where to.</param>
    internal void Write(Stream stream) => MessagePackSerializer.Serialize(stream, this);

    /// <summary>Reads an index.</summary>
    /// <param name="path">The file.</param>
    public static DocumentIndex Read(string path)
    {
        using var file = File.OpenRead(path);
        return MessagePackSerializer.Deserialize<DocumentIndex>(file);
    }

    private int FindLastAtOrBefore(long token)
    {
        var low = 0;
        var high = Documents.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Documents[middle].FirstToken <= token)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }
}
