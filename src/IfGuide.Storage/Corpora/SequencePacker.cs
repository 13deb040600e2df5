using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Storage.Corpora;

/// <summary>Takes what a packer makes, in order.</summary>
public interface ISequenceSink
{
    /// <summary>Takes a sequence.</summary>
    /// <param name="tokens">Its token ids; valid during the call only.</param>
    /// <param name="attended">Tokens in front of the padding.</param>
    void AddSequence(ReadOnlySpan<int> tokens, int attended);

    /// <summary>Takes a document's place. Tokens past the last sequence were dropped with the remainder.</summary>
    /// <param name="document">The document.</param>
    void AddDocument(PackedDocument document);
}

/// <summary>A document's place among the packed tokens.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">Its source.</param>
/// <param name="FirstToken">Its first token: sequence × length + position.</param>
/// <param name="TokenCount">Its tokens, with the closing end-of-text token where it has one.</param>
/// <param name="Closed">Whether the last of them is its closing end-of-text token; false when the document was cut.</param>
public sealed record PackedDocument(string Id, string Source, long FirstToken, long TokenCount, bool Closed);

/// <summary>What packing did.</summary>
/// <param name="Documents">Documents packed.</param>
/// <param name="Sequences">Sequences made.</param>
/// <param name="AttendedTokens">Tokens in them that are not padding.</param>
/// <param name="DroppedTokens">Tokens dropped: the remainder of the last block, or what exceeded a document's block.</param>
/// <param name="CutDocuments">Documents that did not fit their block (document packing).</param>
public sealed record PackingSummary(long Documents, long Sequences, long AttendedTokens, long DroppedTokens, long CutDocuments);

/// <summary>Makes training sequences of one length from tokenised documents.</summary>
/// <remarks>
/// Concatenation puts the end-of-text token behind each document, joins all and cuts blocks; the remainder is dropped.
/// Document packing gives each document its own sequence, with the end-of-text token behind it, cut at the block and padded on the right with end-of-text tokens.
/// </remarks>
public sealed class SequencePacker
{
    private readonly Packing packing;
    private readonly int endOfText;
    private readonly ISequenceSink sink;
    private readonly int[] block;
    private int filled;
    private long documents;
    private long sequences;
    private long attended;
    private long dropped;
    private long cut;

    /// <summary>Begins to pack.</summary>
    /// <param name="blockLength">Tokens per sequence; at least 2, since the first token of a sequence is never predicted.</param>
    /// <param name="packing">How documents become sequences.</param>
    /// <param name="endOfText">The end-of-text token; −1 where it is not known, for tokens that are concatenated.</param>
    /// <param name="sink">Takes the sequences.</param>
    /// <exception cref="UserErrorException">The block is shorter than 2.</exception>
    public SequencePacker(int blockLength, Packing packing, int endOfText, ISequenceSink sink)
    {
        block = blockLength >= 2
            ? new int[blockLength]
            : throw new UserErrorException($"corpus.block is {blockLength}, expected at least 2 tokens: the first token of a sequence is never predicted.");
        this.packing = packing;
        this.endOfText = endOfText;
        this.sink = sink;
    }

    /// <summary>Adds a document.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="source">Its source.</param>
    /// <param name="tokens">Its tokens, without end-of-text.</param>
    public void Add(string id, string source, ReadOnlySpan<int> tokens)
    {
        documents++;
        if (packing == Packing.Document)
        {
            AddAlone(id, source, tokens, closed: false);
            return;
        }

        sink.AddDocument(new PackedDocument(id, source, (sequences * block.Length) + filled, tokens.Length + 1L, Closed: true));
        Append(tokens);
        Append([endOfText]);
    }

    /// <summary>Adds a document of a corpus of tokens. Concatenation puts nothing behind it, so that the corpus' tokens stay in their order, one for one.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="source">Its source.</param>
    /// <param name="tokens">Its tokens, with the end-of-text token where the corpus has it.</param>
    public void AddTokens(string id, string source, ReadOnlySpan<int> tokens)
    {
        documents++;
        var closed = tokens.Length > 0 && tokens[^1] == endOfText;
        if (packing == Packing.Document)
        {
            AddAlone(id, source, tokens, closed);
            return;
        }

        sink.AddDocument(new PackedDocument(id, source, (sequences * block.Length) + filled, tokens.Length, closed));
        Append(tokens);
    }

    /// <summary>Ends the corpus.</summary>
    /// <exception cref="UserErrorException">The corpus is shorter than one block.</exception>
    public PackingSummary Complete()
    {
        if (sequences == 0)
        {
            throw new UserErrorException(
                $"The corpus has {filled} token{(filled == 1 ? string.Empty : "s")} in {documents} document{(documents == 1 ? string.Empty : "s")}, fewer than corpus.block, {block.Length}: add text, or lower corpus.block.");
        }

        return new PackingSummary(documents, sequences, attended, dropped + filled, cut);
    }

    private void AddAlone(string id, string source, ReadOnlySpan<int> tokens, bool closed)
    {
        var kept = Math.Min(tokens.Length, block.Length);
        tokens[..kept].CopyTo(block);
        block.AsSpan(kept).Fill(endOfText);
        var whole = tokens.Length + (closed ? 0 : 1);
        var attendedTokens = Math.Min(whole, block.Length);
        if (whole > block.Length)
        {
            cut++;
            dropped += whole - block.Length;
        }

        sink.AddDocument(new PackedDocument(id, source, sequences * block.Length, attendedTokens, Closed: whole <= block.Length));
        Emit(attendedTokens);
    }

    private void Append(ReadOnlySpan<int> tokens)
    {
        while (!tokens.IsEmpty)
        {
            var count = Math.Min(tokens.Length, block.Length - filled);
            tokens[..count].CopyTo(block.AsSpan(filled));
            tokens = tokens[count..];
            filled += count;
            if (filled == block.Length)
            {
                Emit(block.Length);
                filled = 0;
            }
        }
    }

    private void Emit(int attendedTokens)
    {
        sink.AddSequence(block, attendedTokens);
        sequences++;
        attended += attendedTokens;
    }
}
