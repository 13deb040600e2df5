using IfGuide.Storage.Corpora;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Tests.Support;

/// <summary>Reads whole documents back from a prepared corpus, across its shards.</summary>
/// <param name="shardCount">Number of shards.</param>
/// <param name="open">Gives a shard; called whenever one is needed, so keep what is dear to open.</param>
internal sealed class DocumentReader(int shardCount, Func<int, CorpusShard> open)
{
    /// <summary>The tokens of a document from its first to its last token in the corpus, and whether the last is its closing end-of-text token.</summary>
    /// <param name="shard">A shard that holds a piece of it.</param>
    /// <param name="piece">Index of the piece in that shard's <see cref="DocumentIndex"/>.</param>
    public (int[] Tokens, bool Closed) Tokens(int shard, int piece)
    {
        while (open(shard).Documents.Documents[piece].TokenOffset > 0)
        {
            shard--;
            piece = open(shard).Documents.Documents.Count - 1;
        }

        var tokens = new List<int>();
        while (true)
        {
            var current = open(shard);
            var document = current.Documents.Documents[piece];
            CorpusReader.Append(current.Sequences, document, tokens);
            if (!document.Continues || shard == shardCount - 1)
            {
                return ([.. tokens], document.Closed);
            }

            shard++;
            piece = 0;
        }
    }

    /// <summary>A document's text with the place of each of its tokens.</summary>
    /// <param name="shard">A shard that holds a piece of it.</param>
    /// <param name="piece">Index of the piece in that shard's <see cref="DocumentIndex"/>.</param>
    /// <param name="tokenizer">The tokenizer of the corpus.</param>
    public DocumentText Text(int shard, int piece, ITextTokenizer tokenizer)
    {
        var (tokens, closed) = Tokens(shard, piece);
        return DocumentText.Decode(tokens, closed, tokenizer);
    }
}
