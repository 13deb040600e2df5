using IfGuide.Abstractions;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Formats;
using Microsoft.Win32.SafeHandles;

namespace IfGuide.Storage.Corpora.Tokens;

/// <summary>The documents of a Megatron dataset. Callers check them in order, and read those that pass.</summary>
/// <param name="file">The dataset.</param>
/// <param name="header">The beginning of its index.</param>
/// <param name="index">The index.</param>
/// <param name="tokens">The token ids.</param>
internal sealed class MegatronDocuments(CorpusFile file, MegatronHeader header, SafeFileHandle index, SafeFileHandle tokens)
{
    private readonly string tokensPath = CorpusFile.GetMegatronTokens(file.Path);
    private readonly IntegerReader boundaries = new(index, file.Path, header.DocumentsStart, ElementType.Int64);
    private readonly IntegerReader lengths = new(index, file.Path, MegatronHeader.LengthsStart, ElementType.Int32);
    private readonly IntegerReader places = new(index, file.Path, header.PlacesStart, ElementType.Int64);
    private readonly IntegerReader ids = new(tokens, CorpusFile.GetMegatronTokens(file.Path), 0, header.Type);
    private readonly long available = RandomAccess.GetLength(tokens);
    private readonly int size = header.Type.Size();
    private long sequencesRead;
    private long bytesRead;

    /// <summary>Checks that a document's sequences are there and lie within the .bin, behind those of the documents before it.</summary>
    /// <param name="document">The document, from 0.</param>
    /// <param name="bad">Takes one that does not pass.</param>
    /// <returns>Whether it passes.</returns>
    public bool TryCheck(long document, BadRecords bad)
    {
        var (first, end) = (boundaries[document], boundaries[document + 1]);
        if (first < sequencesRead || end < first || end > header.Sequences)
        {
            var expected = $"at least {sequencesRead} and at most {header.Sequences}";
            bad.Add(CreateError(document, $"its sequences are {first} to {end}, expected {expected}"));
            return false;
        }

        var reached = bytesRead;
        for (var sequence = first; sequence < end; sequence++)
        {
            var (place, length) = (places[sequence], lengths[sequence]);
            if (!IsWithinTokens(place, length, reached))
            {
                bad.Add(CreateSequenceError(document, sequence, reached));
                return false;
            }

            reached = place + (length * size);
        }

        (sequencesRead, bytesRead) = (end, reached);
        return true;
    }

    /// <summary>Reads a document that was checked, in pieces.</summary>
    /// <param name="document">The document, from 0.</param>
    /// <param name="vocabulary">What is known of the tokens.</param>
    /// <exception cref="UserErrorException">An id is outside the vocabulary.</exception>
    public IEnumerable<CorpusDocument> Read(long document, TokenVocabulary vocabulary)
    {
        var piece = new List<int>();
        long before = 0;
        foreach (var token in ReadTokens(document, vocabulary))
        {
            if (piece.Count == TokenCheck.MaxPieceTokens)
            {
                yield return CreatePiece(document, before, piece);
                before += piece.Count;
                piece.Clear();
            }

            piece.Add(token);
        }

        yield return CreatePiece(document, before, piece);
    }

    private bool IsWithinTokens(long place, long length, long reached)
    {
        if (length < 0 || place < reached || place % size != 0 || place > available)
        {
            return false;
        }

        return length <= (available - place) / size;
    }

    private IEnumerable<int> ReadTokens(long document, TokenVocabulary vocabulary)
    {
        var end = boundaries[document + 1];
        for (var sequence = boundaries[document]; sequence < end; sequence++)
        {
            var first = places[sequence] / size;
            var length = lengths[sequence];
            for (var token = first; token < first + length; token++)
            {
                yield return TokenCheck.Require(ids[token], vocabulary, tokensPath, token);
            }
        }
    }

    private CorpusDocument CreatePiece(long document, long before, List<int> tokens)
    {
        var id = $"{file.Name}:{document}";
        if (before > 0)
        {
            id += $"+{before}";
        }

        return new CorpusDocument(id, string.Empty, file.Name, file.Name, document) { Tokens = [.. tokens] };
    }

    private UserErrorException CreateSequenceError(long document, long sequence, long reached) => CreateError(
        document,
        $"its sequence {sequence} has {lengths[sequence]} tokens at byte {places[sequence]} of '{tokensPath}', "
        + $"which has {available} bytes, {size} a token, and was read up to {reached}");

    private UserErrorException CreateError(long document, string what) =>
        new($"{file.Path}, document {document}: {what}: the dataset is truncated or damaged; write it again.");
}
