using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Overlap;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Corpora;

/// <summary>Collects what a search finds in the documents of a corpus; documents come in order, one at a time.</summary>
/// <param name="search">The search.</param>
public sealed class CorpusFindings(CorpusSearch search)
{
    private readonly int[] sets = [.. search.Sets.SelectMany((set, number) => Enumerable.Repeat(number, set.Texts.Count))];
    private readonly bool[] found = new bool[search.TooShort.Count];
    private readonly long[] documents = new long[search.Sets.Count];
    private readonly List<IReadOnlyList<string>>[] places = [.. search.Sets.Select(_ => new List<IReadOnlyList<string>>())];
    private readonly ComparedText[] texts = [.. search.Sets.SelectMany(set => set.Texts)];

    /// <summary>Whether a document had text; token ids without a tokenizer have none.</summary>
    public bool HasText { get; private set; }

    /// <summary>The search.</summary>
    internal CorpusSearch Search => search;

    /// <summary>Looks through a whole corpus that is prepared already; memory holds one chunk of its documents.</summary>
    /// <param name="corpus">The corpus. A pretokenised one has a document for each of its sequences.</param>
    /// <param name="tokenizer">The tokenizer, which gives token ids their text; null only for a corpus of text.</param>
    /// <param name="vocabularySize">The model's vocabulary.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="UserErrorException">The corpus cannot be read.</exception>
    public void Look(CorpusSpec corpus, ITextTokenizer? tokenizer, int vocabularySize, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        if (corpus.Pretokenised is { } arrays)
        {
            if (tokenizer is not null)
            {
                using var sequences = PretokenisedSequences.Open(arrays, vocabularySize);
                Look(Documents(sequences, Path.GetFileName(arrays.InputIds)), tokenizer, cancellationToken);
            }

            return;
        }

        var vocabulary = new TokenVocabulary(tokenizer is null ? vocabularySize : Math.Min(vocabularySize, tokenizer.VocabularySize), tokenizer?.EndOfTextToken);
        Look(CorpusDocuments.Read(corpus, vocabulary, new BadRecords(corpus.OnError)), tokenizer, cancellationToken);
    }

    private void Look(IEnumerable<CorpusDocument> documents, ITextTokenizer? tokenizer, CancellationToken cancellationToken)
    {
        foreach (var (document, contained) in DocumentEncoder.Look(documents, tokenizer, search, cancellationToken))
        {
            Add(document, contained);
        }
    }

    private static IEnumerable<CorpusDocument> Documents(PretokenisedSequences sequences, string file)
    {
        var mask = new byte[sequences.Length];
        for (long sequence = 0; sequence < sequences.Sequences; sequence++)
        {
            var tokens = new int[sequences.Length];
            sequences.InputIds(sequence, tokens);
            sequences.AttentionMask(sequence, mask);
            yield return new CorpusDocument(string.Empty, string.Empty, string.Empty, file, sequence * sequences.Length) { Tokens = [.. tokens.Where((_, i) => mask[i] == 1)] };
        }
    }

    /// <summary>Takes what a document contains; null: it has no text.</summary>
    internal void Add(CorpusDocument document, IReadOnlyList<int>? contained)
    {
        if (contained is null)
        {
            return;
        }

        HasText = true;
        foreach (var number in contained.Where(number => !found[number]))
        {
            found[number] = true;
            var named = places[sets[number]];
            if (named.Count < CorpusOverlap.Named)
            {
                named.Add([texts[number].Place, FormattableString.Invariant($"{document.File}, {(document.Tokens is null ? "line" : "token")} {document.Line}")]);
            }
        }

        foreach (var set in contained.Select(number => sets[number]).Distinct())
        {
            documents[set]++;
        }
    }

    /// <summary>What was found, for each set in order.</summary>
    public IReadOnlyList<CorpusOverlap> Complete() =>
    [
        .. search.Sets.Select((set, number) => new CorpusOverlap
        {
            Set = set.Name,
            Sought = Count(number, text => !search.TooShort[text]),
            TooShort = Count(number, text => search.TooShort[text]),
            Found = Count(number, text => found[text]),
            Documents = documents[number],
            Places = places[number],
        }),
    ];

    private long Count(int set, Func<int, bool> which) => Enumerable.Range(0, sets.Length).Count(text => sets[text] == set && which(text));
}
