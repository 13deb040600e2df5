using System.Text;
using IfGuide.Abstractions;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Overlap;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Corpora;

/// <summary>Tokenises documents, several at a time, in order.</summary>
internal static class DocumentEncoder
{
    private const int DocumentsAtOnce = 1024;
    private const int CharactersAtOnce = 8 << 20;

    /// <summary>Tokenises documents; memory holds one chunk of them.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="tokenizer">The tokenizer; may be null where documents are tokens.</param>
    /// <param name="vocabularySize">The model's vocabulary.</param>
    /// <param name="search">Looks for texts in the documents; null: nothing is looked for. Token ids without a tokenizer have no text.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="UserErrorException">A token is outside the model's vocabulary; the message names file and line.</exception>
    public static IEnumerable<EncodedDocument> Encode(
        IEnumerable<CorpusDocument> documents, ITextTokenizer? tokenizer, int vocabularySize, CorpusSearch? search, CancellationToken cancellationToken)
    {
        foreach (var document in InParallel(documents, document => Encode(document, tokenizer, search), cancellationToken))
        {
            VocabularyCheck.Tokens(document.Tokens, vocabularySize, document.Document.File, document.Document.Line);
            yield return document;
        }
    }

    /// <summary>What documents hold of the texts that are looked for, without tokenising them.</summary>
    public static IEnumerable<(CorpusDocument Document, IReadOnlyList<int>? Found)> Look(
        IEnumerable<CorpusDocument> documents, ITextTokenizer? tokenizer, CorpusSearch search, CancellationToken cancellationToken) =>
        InParallel(documents, document => (document, Find(document, tokenizer, search)), cancellationToken);

    private static IEnumerable<T> InParallel<T>(IEnumerable<CorpusDocument> documents, Func<CorpusDocument, T> compute, CancellationToken cancellationToken)
    {
        foreach (var chunk in Chunks(documents))
        {
            var results = new T[chunk.Count];
            Parallel.For(0, chunk.Count, new ParallelOptions { CancellationToken = cancellationToken }, i => results[i] = compute(chunk[i]));
            foreach (var result in results)
            {
                yield return result;
            }
        }
    }

    private static EncodedDocument Encode(CorpusDocument document, ITextTokenizer? tokenizer, CorpusSearch? search)
    {
        var found = search is null ? null : Find(document, tokenizer, search);
        if (document.Tokens is { } given)
        {
            return new EncodedDocument(document, given, Altered: false, found);
        }

        var tokens = tokenizer!.Encode(document.Text);
        return new EncodedDocument(document, tokens, !StandFor(tokens, document.Text, tokenizer), found);
    }

    private static IReadOnlyList<int>? Find(CorpusDocument document, ITextTokenizer? tokenizer, CorpusSearch search) =>
        document.Tokens is not { } tokens ? search.Find(document.Text) : tokenizer is null ? null : search.Find(tokenizer.Decode(tokens));

    private static bool StandFor(int[] tokens, string text, ITextTokenizer tokenizer)
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

    private static IEnumerable<List<CorpusDocument>> Chunks(IEnumerable<CorpusDocument> documents)
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
