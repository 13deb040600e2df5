using IfGuide.Abstractions;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Formats;
using Microsoft.Win32.SafeHandles;

namespace IfGuide.Storage.Corpora.Tokens;

/// <summary>Megatron's indexed dataset, read document by document: an index (.idx) beside the token ids (.bin). Neither is held in memory.</summary>
internal static class MegatronDataset
{
    /// <summary>Reads the documents.</summary>
    /// <param name="file">The index.</param>
    /// <param name="vocabulary">What is known of the tokens.</param>
    /// <param name="bad">Takes a damaged index, and documents that lie outside the .bin.</param>
    /// <returns>Documents under the name of the dataset and their number, from 0; a very long one in pieces, whose names go on with the piece's first token.</returns>
    /// <exception cref="UserErrorException">A file cannot be read, or holds an id outside the vocabulary.</exception>
    public static IEnumerable<CorpusDocument> Read(CorpusFile file, TokenVocabulary vocabulary, BadRecords bad)
    {
        using var index = IntegerReader.Open(file.Path);
        using var tokens = IntegerReader.Open(CorpusFile.MegatronTokens(file.Path));
        if (Header(file, index, bad) is not { } header)
        {
            yield break;
        }

        var documents = new Documents(file, header, index, tokens);
        for (long document = 0; document < header.Boundaries - 1; document++)
        {
            if (!documents.Check(document, bad))
            {
                continue;
            }

            foreach (var piece in documents.Read(document, vocabulary))
            {
                yield return piece;
            }
        }
    }

    private static MegatronHeader? Header(CorpusFile file, SafeFileHandle index, BadRecords bad)
    {
        try
        {
            var first = new byte[MegatronHeader.Length];
            var count = RandomAccess.Read(index, first, 0);
            return MegatronHeader.Read(file.Path, first.AsSpan(0, count), RandomAccess.GetLength(index));
        }
        catch (DamagedFileException damage)
        {
            bad.Add(new UserErrorException(damage.Message, damage));
            return null;
        }
        catch (IOException failure)
        {
            throw UnreadableFile.Describe(file.Path, failure);
        }
    }

    private sealed class Documents(CorpusFile file, MegatronHeader header, SafeFileHandle index, SafeFileHandle tokens)
    {
        private readonly IntegerReader boundaries = new(index, file.Path, header.DocumentsStart, ElementType.Int64);
        private readonly IntegerReader lengths = new(index, file.Path, MegatronHeader.LengthsStart, ElementType.Int32);
        private readonly IntegerReader places = new(index, file.Path, header.PlacesStart, ElementType.Int64);
        private readonly IntegerReader ids = new(tokens, CorpusFile.MegatronTokens(file.Path), 0, header.Type);
        private readonly long available = RandomAccess.GetLength(tokens);
        private readonly int size = header.Type.Size();
        private long sequencesRead;
        private long bytesRead;

        /// <summary>Whether a document's sequences are there and lie within the .bin, behind those of the documents before it.</summary>
        public bool Check(long document, BadRecords bad)
        {
            var (first, end) = (boundaries[document], boundaries[document + 1]);
            if (first < sequencesRead || end < first || end > header.Sequences)
            {
                bad.Add(Error(document, $"its sequences are {first} to {end}, expected at least {sequencesRead} and at most {header.Sequences}"));
                return false;
            }

            var reached = bytesRead;
            for (var sequence = first; sequence < end; sequence++)
            {
                var (place, length) = (places[sequence], lengths[sequence]);
                if (length < 0 || place < reached || place % size != 0 || place > available || length > (available - place) / size)
                {
                    bad.Add(Error(document, $"its sequence {sequence} has {length} tokens at byte {place} of '{CorpusFile.MegatronTokens(file.Path)}', which has {available} bytes, {size} a token, and was read up to {reached}"));
                    return false;
                }

                reached = place + (length * size);
            }

            (sequencesRead, bytesRead) = (end, reached);
            return true;
        }

        /// <summary>A checked document, in pieces.</summary>
        public IEnumerable<CorpusDocument> Read(long document, TokenVocabulary vocabulary)
        {
            var piece = new List<int>();
            long before = 0;
            var end = boundaries[document + 1];
            for (var sequence = boundaries[document]; sequence < end; sequence++)
            {
                var first = places[sequence] / size;
                var length = lengths[sequence];
                for (long token = 0; token < length; token++)
                {
                    if (piece.Count == TokenCheck.LongestPiece)
                    {
                        yield return Piece(document, before, piece);
                        before += piece.Count;
                        piece.Clear();
                    }

                    piece.Add(TokenCheck.Of(ids[first + token], vocabulary, CorpusFile.MegatronTokens(file.Path), first + token));
                }
            }

            yield return Piece(document, before, piece);
        }

        private CorpusDocument Piece(long document, long before, List<int> tokens) =>
            new(before == 0 ? $"{file.Name}:{document}" : $"{file.Name}:{document}+{before}", string.Empty, file.Name, file.Name, document) { Tokens = [.. tokens] };

        private UserErrorException Error(long document, string what) => new($"{file.Path}, document {document}: {what}: the dataset is truncated or damaged; write it again.");
    }
}
