namespace IfGuide.Storage.Corpora;

/// <summary>Cuts the corpus' documents along its shards.</summary>
/// <param name="documents">All documents, by first token; they do not overlap.</param>
internal sealed class DocumentCutter(IEnumerable<PackedDocument> documents) : IDisposable
{
    private readonly IEnumerator<PackedDocument> documents = documents.GetEnumerator();
    private PackedDocument? current;

    /// <summary>The pieces within the next shard.</summary>
    /// <param name="first">The shard's first token in the corpus: where the last shard ended.</param>
    /// <param name="end">The token behind its last one.</param>
    /// <param name="corpusEnd">The token behind the corpus' last one.</param>
    public List<DocumentPiece> Next(long first, long end, long corpusEnd)
    {
        var pieces = new List<DocumentPiece>();
        while (Current() is { } document && document.FirstToken < end)
        {
            var documentEnd = document.FirstToken + document.TokenCount;
            var pieceFirst = Math.Max(document.FirstToken, first);
            var pieceEnd = Math.Min(documentEnd, end);
            pieces.Add(new DocumentPiece
            {
                Id = document.Id,
                Source = document.Source,
                FirstToken = pieceFirst - first,
                TokenCount = pieceEnd - pieceFirst,
                TokenOffset = pieceFirst - document.FirstToken,
                Closed = document.Closed && documentEnd <= end,
                Continues = documentEnd > end && end < corpusEnd,
            });
            if (documentEnd > end)
            {
                break;
            }

            current = null;
        }

        return pieces;
    }

    public void Dispose() => documents.Dispose();

    private PackedDocument? Current() => current ??= documents.MoveNext() ? documents.Current : null;
}
