namespace IfGuide.Storage.Corpora.Preparation;

/// <summary>Cuts the corpus' documents along its shards. It holds none: each enumeration reads a shard's pieces from the spool.</summary>
/// <param name="spool">All documents, by first token; they do not overlap.</param>
internal sealed class DocumentCutter(SequenceSpool spool)
{
    private long place;

    /// <summary>Cuts the pieces of the next shard.</summary>
    /// <param name="first">The shard's first token in the corpus: where the last shard ended.</param>
    /// <param name="end">The token behind its last one.</param>
    /// <param name="corpusEnd">The token behind the corpus' last one.</param>
    public ShardDocuments CutNext(long first, long end, long corpusEnd)
    {
        var begin = place;
        var count = 0;
        foreach (var (document, behind) in spool.ReadDocuments(begin))
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

        var documents = spool.ReadDocuments(begin).Take(count);
        return new ShardDocuments(spool.Length, count, documents.Select(read => CutPiece(read.Document, first, end, corpusEnd)));
    }

    private static DocumentPiece CutPiece(PackedDocument document, long first, long end, long corpusEnd)
    {
        var documentEnd = document.FirstToken + document.TokenCount;
        var pieceFirst = Math.Max(document.FirstToken, first);
        var pieceEnd = Math.Min(documentEnd, end);
        var isWhole = documentEnd <= end;
        return new DocumentPiece
        {
            Id = document.Id,
            Source = document.Source,
            FirstToken = pieceFirst - first,
            TokenCount = pieceEnd - pieceFirst,
            TokenOffset = pieceFirst - document.FirstToken,
            Closed = document.Closed && isWhole,
            Continues = !isWhole && end < corpusEnd,
        };
    }
}
