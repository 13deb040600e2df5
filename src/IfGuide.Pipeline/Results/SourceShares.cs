using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Results.Metrics;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Npy;

namespace IfGuide.Pipeline.Results;

/// <summary>How much of each source of the corpus a mask holds, in one pass over it. Memory grows with the number of sources.</summary>
internal static class SourceShares
{
    /// <summary>Sources by suppressed tokens, most first; none for a corpus without documents.</summary>
    /// <param name="view">The surroundings.</param>
    /// <param name="masks">Store name of each shard's mask.</param>
    public static IReadOnlyList<SourceShare> Of(InputView view, Func<int, string> masks)
    {
        var sources = new Dictionary<string, SourceShare>(StringComparer.Ordinal);
        var documents = new DocumentCursor(view);
        var (seen, touched) = (-1L, -1L);
        for (var shard = 0; shard < view.Inputs.Shards && view.Inputs.Documents > 0; shard++)
        {
            documents.Enter(shard);
            using var mask = NpyFile.Open(view.Store.Fetch(masks(shard)));
            for (long row = 0; row < mask.Rows; row++)
            {
                foreach (var part in documents.Of(row))
                {
                    var share = sources.GetValueOrDefault(part.Piece.Source) ?? new SourceShare(part.Piece.Source, 0, 0, 0, 0);
                    var suppressed = mask.RowSpan<bool>(row, 1)[part.Start..part.End].Count(true);
                    var isNew = part.Ordinal != seen;
                    var isTouched = suppressed > 0 && part.Ordinal != touched;
                    (seen, touched) = (part.Ordinal, suppressed > 0 ? part.Ordinal : touched);
                    sources[part.Piece.Source] = new SourceShare(
                        share.Source, share.Tokens + part.End - part.Start, share.SuppressedTokens + suppressed, share.Documents + (isNew ? 1 : 0), share.SuppressedDocuments + (isTouched ? 1 : 0));
                }
            }
        }

        return [.. sources.Values.OrderByDescending(share => share.SuppressedTokens).ThenByDescending(share => share.Tokens).ThenBy(share => share.Source, StringComparer.Ordinal)];
    }
}
