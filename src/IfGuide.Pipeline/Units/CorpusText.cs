using IfGuide.Pipeline.Execution;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Pipeline.Units;

/// <summary>The documents of a prepared corpus as text, with the place of each token. Documents that shards cut are whole again.</summary>
internal sealed class CorpusText(UnitContext context)
{
    private readonly TokenizerFile tokenizer = TokenizerFile.Load(context.Store.Fetch(context.Inputs.Tokenizer!));

    /// <summary>One document.</summary>
    public DocumentText Read(DocumentRange range)
    {
        var tokens = new List<int>(range.Count);
        foreach (var segment in TokenSegment.Of(context.Inputs, range.First, range.Count))
        {
            using var file = CorpusShardFile.Open(context.Store.Fetch(context.Inputs.ShardArtifact(segment.Shard)));
            CorpusReader.Append(file, segment.First, segment.Count, tokens);
        }

        return DocumentText.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(tokens), range.Closed, tokenizer);
    }

    /// <summary>Every document, in corpus order.</summary>
    public IEnumerable<CorpusDocumentText> Documents()
    {
        var pending = new List<int>();
        var first = 0L;
        for (var shard = 0; shard < context.Inputs.Shards; shard++)
        {
            var index = DocumentIndex.Read(context.Store.Fetch(context.Inputs.DocumentsArtifact(shard)));
            using var tokens = CorpusShardFile.Open(context.Store.Fetch(context.Inputs.ShardArtifact(shard)));
            var offset = context.Inputs.FirstSequence(shard) * context.Inputs.SequenceLength;
            foreach (var piece in index.Documents)
            {
                if (pending.Count == 0)
                {
                    first = offset + piece.FirstToken;
                }

                CorpusReader.Append(tokens, piece, pending);
                if (!piece.Continues)
                {
                    yield return new CorpusDocumentText(piece.Id, piece.Source, first, pending.Count, DocumentText.Decode(pending.ToArray(), piece.Closed, tokenizer));
                    pending.Clear();
                }
            }
        }
    }
}

/// <summary>A document of the corpus.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="FirstToken">Index of its first token in the corpus: sequence × length + position.</param>
/// <param name="TokenCount">Its tokens, a closing end-of-text token included.</param>
/// <param name="Text">Its text, and each token's place in it.</param>
internal sealed record CorpusDocumentText(string Id, string Source, long FirstToken, int TokenCount, DocumentText Text)
{
    /// <summary>Tokens of the corpus that overlap a range of the document's characters.</summary>
    public long[] TokensIn(int start, int end) =>
        [.. Enumerable.Range(0, TokenCount).Where(token => Text.CharacterSpans[token].Start < end && Text.CharacterSpans[token].End > start).Select(token => FirstToken + token)];
}
