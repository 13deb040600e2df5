using IfGuide.Abstractions;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Formats;
using Microsoft.Win32.SafeHandles;

namespace IfGuide.Storage.Corpora.Tokens;

/// <summary>Reads Megatron's indexed dataset document by document: an index (.idx) beside the token ids (.bin).</summary>
/// <remarks>Neither is held in memory.</remarks>
internal static class MegatronDataset
{
    /// <summary>Reads the documents.</summary>
    /// <param name="file">The index.</param>
    /// <param name="vocabulary">What is known of the tokens.</param>
    /// <param name="bad">Takes a damaged index, and documents that lie outside the .bin.</param>
    /// <returns>
    /// Documents under the name of the dataset and their number, from 0.
    /// A very long one comes in pieces, whose names end with the piece's first token.
    /// </returns>
    /// <exception cref="UserErrorException">A file cannot be read, or holds an id outside the vocabulary.</exception>
    public static IEnumerable<CorpusDocument> Read(CorpusFile file, TokenVocabulary vocabulary, BadRecords bad)
    {
        using var index = IntegerReader.Open(file.Path);
        using var tokens = IntegerReader.Open(CorpusFile.GetMegatronTokens(file.Path));
        if (TryReadHeader(file, index, bad) is not { } header)
        {
            yield break;
        }

        var documents = new MegatronDocuments(file, header, index, tokens);
        for (long document = 0; document < header.Boundaries - 1; document++)
        {
            if (!documents.TryCheck(document, bad))
            {
                continue;
            }

            foreach (var piece in documents.Read(document, vocabulary))
            {
                yield return piece;
            }
        }
    }

    private static MegatronHeader? TryReadHeader(CorpusFile file, SafeFileHandle index, BadRecords bad)
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
}
