using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Pipeline.Corpus;

/// <summary>The documents of a prepared corpus as text, with the place of each token. Documents that shards cut are whole again.</summary>
internal sealed class CorpusText(InputView view)
{
    private readonly TokenizerFile tokenizer = TokenizerFile.Load(view.Store.Fetch(view.Inputs.Tokenizer!));

    /// <summary>One document.</summary>
    public DocumentText Read(DocumentRange range)
    {
        var tokens = new List<int>(range.Count);
        foreach (var segment in TokenSegment.Of(view.Inputs, range.First, range.Count))
        {
            using var file = CorpusShardFile.Open(view.Store.Fetch(view.Inputs.ShardArtifact(segment.Shard)));
            CorpusReader.Append(file, segment.First, segment.Count, tokens);
        }

        return DocumentText.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(tokens), range.Closed, tokenizer);
    }

    /// <summary>Every document, in corpus order.</summary>
    public IEnumerable<CorpusDocumentText> Documents()
    {
        var pending = new List<int>();
        var first = 0L;
        for (var shard = 0; shard < view.Inputs.Shards; shard++)
        {
            var index = DocumentIndex.Read(view.Store.Fetch(view.Inputs.DocumentsArtifact(shard)));
            using var tokens = CorpusShardFile.Open(view.Store.Fetch(view.Inputs.ShardArtifact(shard)));
            var offset = view.Inputs.FirstSequence(shard) * view.Inputs.SequenceLength;
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
