using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Overlap;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Corpora.Preparation;

/// <summary>Collects what a search finds in the documents of a corpus; documents come in order, one at a time.</summary>
/// <param name="search">The search.</param>
public sealed class CorpusFindings(CorpusSearch search)
{
    private readonly int[] sets = NumberSets(search);
    private readonly bool[] found = new bool[search.TooShort.Count];
    private readonly long[] documents = new long[search.Sets.Count];
    private readonly List<IReadOnlyList<string>>[] places = [.. search.Sets.Select(_ => new List<IReadOnlyList<string>>())];
    private readonly ComparedText[] texts = [.. search.Sets.SelectMany(set => set.Texts)];

    /// <summary>Whether a document had text; token ids without a tokenizer have none.</summary>
    public bool HasText { get; private set; }

    /// <summary>The search.</summary>
    internal CorpusSearch Search => search;

    /// <summary>Searches a whole corpus that is prepared already; memory holds one chunk of its documents.</summary>
    /// <param name="corpus">The corpus. A pretokenised one has a document for each of its sequences.</param>
    /// <param name="tokenizer">The tokenizer, which gives token ids their text; null only for a corpus of text.</param>
    /// <param name="vocabularySize">The model's vocabulary.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="UserErrorException">The corpus cannot be read.</exception>
    public void Scan(
        CorpusSpec corpus, ITextTokenizer? tokenizer, int vocabularySize, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        if (corpus.Pretokenised is null)
        {
            var size = Math.Min(vocabularySize, tokenizer?.VocabularySize ?? vocabularySize);
            var vocabulary = new TokenVocabulary(size, tokenizer?.EndOfTextToken);
            Scan(CorpusDocuments.Read(corpus, vocabulary, new BadRecords(corpus.OnError)), tokenizer, cancellationToken);
        }
        else if (tokenizer is not null)
        {
            using var sequences = PretokenisedSequences.Open(corpus.Pretokenised, vocabularySize);
            var file = Path.GetFileName(corpus.Pretokenised.InputIds);
            Scan(ReadSequences(sequences, file), tokenizer, cancellationToken);
        }
    }

    /// <summary>Completes the search.</summary>
    /// <returns>What was found, for each set in order.</returns>
    public IReadOnlyList<CorpusOverlap> Complete() => [.. search.Sets.Select((set, number) => CreateOverlap(set.Name, number))];

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
            AddPlace(number, document);
        }

        foreach (var set in contained.Select(number => sets[number]).Distinct())
        {
            documents[set]++;
        }
    }

    /// <summary>Gives each text the number of its set.</summary>
    private static int[] NumberSets(CorpusSearch search) =>
        [.. search.Sets.SelectMany((set, number) => Enumerable.Repeat(number, set.Texts.Count))];

    private static IEnumerable<CorpusDocument> ReadSequences(PretokenisedSequences sequences, string file)
    {
        var mask = new byte[sequences.Length];
        for (long sequence = 0; sequence < sequences.Sequences; sequence++)
        {
            var tokens = new int[sequences.Length];
            sequences.InputIds(sequence, tokens);
            sequences.AttentionMask(sequence, mask);
            var firstToken = sequence * sequences.Length;
            yield return new CorpusDocument(string.Empty, string.Empty, string.Empty, file, firstToken)
            {
                Tokens = [.. tokens.Where((_, i) => mask[i] == 1)],
            };
        }
    }

    private void Scan(IEnumerable<CorpusDocument> corpus, ITextTokenizer? tokenizer, CancellationToken cancellationToken)
    {
        foreach (var (document, contained) in DocumentEncoder.Search(corpus, tokenizer, search, cancellationToken))
        {
            Add(document, contained);
        }
    }

    private void AddPlace(int text, CorpusDocument document)
    {
        var named = places[sets[text]];
        if (named.Count < CorpusOverlap.Named)
        {
            var unit = document.Tokens is null ? "line" : "token";
            named.Add([texts[text].Place, FormattableString.Invariant($"{document.File}, {unit} {document.Line}")]);
        }
    }

    private CorpusOverlap CreateOverlap(string name, int set)
    {
        var numbers = Enumerable.Range(0, sets.Length).Where(text => sets[text] == set).ToArray();
        var tooShort = numbers.Count(text => search.TooShort[text]);
        return new CorpusOverlap
        {
            Set = name,
            Sought = numbers.Length - tooShort,
            TooShort = tooShort,
            Found = numbers.Count(text => found[text]),
            Documents = documents[set],
            Places = places[set],
        };
    }
}
