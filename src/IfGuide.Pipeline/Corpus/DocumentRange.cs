using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Corpora;

namespace IfGuide.Pipeline.Corpus;

/// <summary>A document's place in the corpus, without its text.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="First">Index of its first token in the corpus: sequence × length + position.</param>
/// <param name="Count">Its tokens, a closing end-of-text token included.</param>
/// <param name="Closed">Whether the last of them is that token.</param>
public sealed record DocumentRange(string Id, string? Source, long First, int Count, bool Closed)
{
    /// <summary>The documents in corpus order, those that shards cut whole again; sequences where the corpus has no documents.</summary>
    internal static IEnumerable<DocumentRange> Of(InputView view)
    {
        var inputs = view.Inputs;
        return inputs.Documents > 0
            ? Documents(view)
            : Enumerable.Range(0, checked((int)inputs.Sequences))
                .Select(sequence => new DocumentRange($"sequence {sequence}", null, (long)sequence * inputs.SequenceLength, inputs.SequenceLength, false));
    }

    private static IEnumerable<DocumentRange> Documents(InputView view)
    {
        DocumentRange? pending = null;
        for (var shard = 0; shard < view.Inputs.Shards; shard++)
        {
            var offset = view.Inputs.FirstSequence(shard) * view.Inputs.SequenceLength;
            foreach (var piece in DocumentIndex.Read(view.Store.Fetch(view.Inputs.DocumentsArtifact(shard))).Documents)
            {
                pending = pending is null
                    ? new DocumentRange(piece.Id, piece.Source, offset + piece.FirstToken, checked((int)piece.TokenCount), piece.Closed)
                    : pending with { Count = checked(pending.Count + (int)piece.TokenCount), Closed = piece.Closed };
                if (!piece.Continues)
                {
                    yield return pending;
                    pending = null;
                }
            }
        }
    }
}
