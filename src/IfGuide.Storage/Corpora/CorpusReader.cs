namespace IfGuide.Storage.Corpora;

/// <summary>Reads tokens back from a shard of a prepared corpus.</summary>
public static class CorpusReader
{
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
