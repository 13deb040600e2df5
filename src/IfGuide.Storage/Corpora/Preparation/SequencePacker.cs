using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Storage.Corpora.Preparation;

/// <summary>Makes training sequences of one length from tokenised documents.</summary>
/// <remarks>
/// Concatenation puts the end-of-text token behind each document, joins all and cuts blocks; the remainder is dropped.
/// Document packing gives each document its own sequence, with the end-of-text token behind it.
/// It cuts the sequence at the block, or pads it on the right with end-of-text tokens.
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
        if (blockLength < 2)
        {
            throw new UserErrorException(
                $"corpus.block is {blockLength}, expected at least 2 tokens: the first token of a sequence is never predicted.");
        }

        block = new int[blockLength];
        this.packing = packing;
        this.endOfText = endOfText;
        this.sink = sink;
    }

    private long NextToken => (sequences * block.Length) + filled;

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

        sink.AddDocument(new PackedDocument(id, source, NextToken, tokens.Length + 1L, Closed: true));
        Append(tokens);
        Append([endOfText]);
    }

    /// <summary>Adds a document of a corpus of tokens. Concatenation puts nothing behind it: the corpus' tokens stay as they are.</summary>
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

        sink.AddDocument(new PackedDocument(id, source, NextToken, tokens.Length, closed));
        Append(tokens);
    }

    /// <summary>Ends the corpus.</summary>
    /// <exception cref="UserErrorException">The corpus is shorter than one block.</exception>
    public PackingSummary Complete()
    {
        if (sequences == 0)
        {
            var found = $"{DescribeCount(filled, "token")} in {DescribeCount(documents, "document")}";
            throw new UserErrorException(
                $"The corpus has {found}, fewer than corpus.block, {block.Length}: add text, or lower corpus.block.");
        }

        return new PackingSummary(documents, sequences, attended, dropped + filled, cut);
    }

    private static string DescribeCount(long count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private void AddAlone(string id, string source, ReadOnlySpan<int> tokens, bool closed)
    {
        var kept = Math.Min(tokens.Length, block.Length);
        tokens[..kept].CopyTo(block);
        block.AsSpan(kept).Fill(endOfText);
        var whole = tokens.Length;
        if (!closed)
        {
            whole++;
        }

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
