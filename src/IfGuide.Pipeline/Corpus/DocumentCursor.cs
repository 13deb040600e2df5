using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Corpora;

namespace IfGuide.Pipeline.Corpus;

/// <summary>Walks over the sequences of a corpus in order and tells which documents each holds. One shard's index is in memory at a time.</summary>
internal sealed class DocumentCursor(InputView view)
{
    private readonly List<DocumentPart> parts = [];
    private IReadOnlyList<DocumentPiece> pieces = [];
    private int next;
    private long ordinal = -1;

    /// <summary>Goes on to the first sequence of a shard; shards are entered in order.</summary>
    public void Enter(int shard)
    {
        pieces = view.Inputs.Documents == 0 ? [] : DocumentIndex.Read(view.Store.Fetch(view.Inputs.DocumentsArtifact(shard))).Documents;
        next = 0;
        parts.Clear();
    }

    /// <summary>The documents that a sequence of the shard holds; sequences are asked for in order, and the list is valid until the next.</summary>
    public IReadOnlyList<DocumentPart> Of(long sequence)
    {
        var length = view.Inputs.SequenceLength;
        var first = sequence * length;
        parts.RemoveAll(part => part.Piece.FirstToken + part.Piece.TokenCount <= first);
        for (; next < pieces.Count && pieces[next].FirstToken < first + length; next++)
        {
            ordinal += pieces[next].TokenOffset == 0 ? 1 : 0;
            if (pieces[next].TokenCount > 0)
            {
                parts.Add(new DocumentPart(ordinal, pieces[next], 0, 0));
            }
        }

        for (var i = 0; i < parts.Count; i++)
        {
            var piece = parts[i].Piece;
            parts[i] = parts[i] with { Start = (int)Math.Max(0, piece.FirstToken - first), End = (int)Math.Min(length, piece.FirstToken + piece.TokenCount - first) };
        }

        return parts;
    }
}
