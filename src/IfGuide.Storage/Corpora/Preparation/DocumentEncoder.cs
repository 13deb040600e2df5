using System.Text;
using IfGuide.Abstractions;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Overlap;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Corpora.Preparation;

/// <summary>Tokenises documents, several at a time, in order.</summary>
internal static class DocumentEncoder
{
    private const int DocumentsAtOnce = 1024;
    private const int CharactersAtOnce = 8 << 20;

    /// <summary>Tokenises documents; memory holds one chunk of them.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="tokenizer">The tokenizer; may be null where documents are tokens.</param>
    /// <param name="vocabularySize">The model's vocabulary.</param>
    /// <param name="search">Searches for texts in the documents; null for no search. Token ids without a tokenizer have no text.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="UserErrorException">A token is outside the model's vocabulary; the message names file and line.</exception>
    public static IEnumerable<EncodedDocument> Encode(
        IEnumerable<CorpusDocument> documents,
        ITextTokenizer? tokenizer,
        int vocabularySize,
        CorpusSearch? search,
        CancellationToken cancellationToken)
    {
        var results = ComputeInParallel(documents, document => Encode(document, tokenizer, search), cancellationToken);
        foreach (var encoded in results)
        {
            VocabularyCheck.CheckTokens(encoded.Tokens, vocabularySize, encoded.Document.File, encoded.Document.Line);
            yield return encoded;
        }
    }

    /// <summary>Searches documents without tokenising them.</summary>
    public static IEnumerable<(CorpusDocument Document, IReadOnlyList<int>? Found)> Search(
        IEnumerable<CorpusDocument> documents,
        ITextTokenizer? tokenizer,
        CorpusSearch search,
        CancellationToken cancellationToken) =>
        ComputeInParallel(documents, document => (document, Find(document, tokenizer, search)), cancellationToken);

    private static IEnumerable<T> ComputeInParallel<T>(
        IEnumerable<CorpusDocument> documents, Func<CorpusDocument, T> compute, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { CancellationToken = cancellationToken };
        foreach (var chunk in Chunk(documents))
        {
            var results = new T[chunk.Count];
            Parallel.For(0, chunk.Count, options, i => results[i] = compute(chunk[i]));
            foreach (var result in results)
            {
                yield return result;
            }
        }
    }

    private static EncodedDocument Encode(CorpusDocument document, ITextTokenizer? tokenizer, CorpusSearch? search)
    {
        var found = Find(document, tokenizer, search);
        if (document.Tokens is { } given)
        {
            return new EncodedDocument(document, given, Altered: false, found);
        }

        var tokens = tokenizer!.Encode(document.Text);
        return new EncodedDocument(document, tokens, !IsEncodingOf(document.Text, tokens, tokenizer), found);
    }

    private static IReadOnlyList<int>? Find(CorpusDocument document, ITextTokenizer? tokenizer, CorpusSearch? search)
    {
        if (document.Tokens is not { } tokens)
        {
            return search?.Find(document.Text);
        }

        if (search is null || tokenizer is null)
        {
            return null;
        }

        return search.Find(tokenizer.Decode(tokens));
    }

    private static bool IsEncodingOf(string text, int[] tokens, ITextTokenizer tokenizer)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        foreach (var token in tokens)
        {
            var bytes = tokenizer.TokenBytes(token);
            if (!rest.StartsWith(bytes))
            {
                return false;
            }

            rest = rest[bytes.Length..];
        }

        return rest.IsEmpty;
    }

    private static IEnumerable<List<CorpusDocument>> Chunk(IEnumerable<CorpusDocument> documents)
    {
        var chunk = new List<CorpusDocument>();
        var characters = 0L;
        foreach (var document in documents)
        {
            chunk.Add(document);
            characters += document.Text.Length + (document.Tokens?.Length ?? 0);
            if (chunk.Count == DocumentsAtOnce || characters >= CharactersAtOnce)
            {
                yield return chunk;
                chunk = [];
                characters = 0;
            }
        }

        if (chunk.Count > 0)
        {
            yield return chunk;
        }
    }
}
