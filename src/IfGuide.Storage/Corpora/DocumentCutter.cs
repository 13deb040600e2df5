namespace IfGuide.Storage.Corpora;

/// <summary>Cuts the corpus' documents along its shards, without holding them: each shard's pieces are read from the spool as often as they are wanted.</summary>
/// <param name="spool">All documents, by first token; they do not overlap.</param>
internal sealed class DocumentCutter(SequenceSpool spool)
{
    private long place;

    /// <summary>The pieces within the next shard.</summary>
    /// <param name="first">The shard's first token in the corpus: where the last shard ended.</param>
    /// <param name="end">The token behind its last one.</param>
    /// <param name="corpusEnd">The token behind the corpus' last one.</param>
    public ShardDocuments Next(long first, long end, long corpusEnd)
    {
        var begin = place;
        var count = 0;
        foreach (var (document, behind) in spool.Documents(begin))
        {
            if (document.FirstToken >= end)
            {
                break;
            }

            count++;
            if (document.FirstToken + document.TokenCount > end)
            {
                break;
            }

            place = behind;
        }

        return new ShardDocuments(spool.Length, count, spool.Documents(begin).Take(count).Select(read => Piece(read.Document, first, end, corpusEnd)));
    }

    private static DocumentPiece Piece(PackedDocument document, long first, long end, long corpusEnd)
    {
        var documentEnd = document.FirstToken + document.TokenCount;
        var pieceFirst = Math.Max(document.FirstToken, first);
        return new DocumentPiece
        {
            Id = document.Id,
            Source = document.Source,
            FirstToken = pieceFirst - first,
            TokenCount = Math.Min(documentEnd, end) - pieceFirst,
            TokenOffset = pieceFirst - document.FirstToken,
            Closed = document.Closed && documentEnd <= end,
            Continues = documentEnd > end && end < corpusEnd,
        };
    }
}

/// <summary>The documents of a shard that is being stored.</summary>
/// <param name="Length">Tokens per sequence.</param>
/// <param name="Count">How many.</param>
/// <param name="Pieces">They, by first token; read anew by each enumeration.</param>
internal sealed record ShardDocuments(int Length, int Count, IEnumerable<DocumentPiece> Pieces);
