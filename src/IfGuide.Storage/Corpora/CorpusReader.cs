using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Corpora;

/// <summary>One shard of a prepared corpus.</summary>
/// <param name="Sequences">Its sequences.</param>
/// <param name="Documents">Its documents.</param>
public sealed record CorpusShard(ISequenceSource Sequences, DocumentIndex Documents);

/// <summary>Reads whole documents back from a prepared corpus, across its shards.</summary>
/// <param name="shardCount">Number of shards.</param>
/// <param name="open">Gives a shard; called whenever one is needed, so keep what is dear to open.</param>
public sealed class CorpusReader(int shardCount, Func<int, CorpusShard> open)
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
            Append(current.Sequences, document, tokens);
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

    /// <summary>Appends the tokens of one piece of a document.</summary>
    /// <param name="sequences">The shard's sequences.</param>
    /// <param name="document">The piece.</param>
    /// <param name="tokens">Takes the tokens.</param>
    public static void Append(ISequenceSource sequences, DocumentPiece document, List<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(document);
        Append(sequences, document.FirstToken, document.TokenCount, tokens);
    }

    /// <summary>Appends neighbouring tokens of a shard.</summary>
    /// <param name="sequences">The shard's sequences.</param>
    /// <param name="first">The first: sequence × length + position.</param>
    /// <param name="count">How many.</param>
    /// <param name="tokens">Takes the tokens.</param>
    public static void Append(ISequenceSource sequences, long first, long count, List<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(tokens);
        var row = new int[sequences.Length];
        var end = first + count;
        for (var position = first; position < end;)
        {
            var (sequence, start) = Math.DivRem(position, sequences.Length);
            var taken = (int)Math.Min(sequences.Length - start, end - position);
            sequences.InputIds(sequence, row);
            tokens.AddRange(row.AsSpan((int)start, taken));
            position += taken;
        }
    }
}
