namespace IfGuide.Pipeline.Judges;

/// <summary>Recognises word trigrams that the corpus holds inside known toxic spans and nowhere else: what a model can only have learned there.</summary>
/// <remarks>An oracle for corpora with labelled spans; unlike a lexicon it sees implicit toxicity and no innocent senses.</remarks>
public sealed class PlantedPhraseClassifier : IToxicityClassifier
{
    private const int Words = 3;
    private readonly HashSet<string> phrases;

    private PlantedPhraseClassifier(HashSet<string> phrases) => this.phrases = phrases;

    /// <inheritdoc/>
    public string Name => "planted";

    /// <summary>Collects the phrases of a corpus.</summary>
    /// <param name="documents">Documents: id and text.</param>
    /// <param name="spans">Known spans by document id.</param>
    public static PlantedPhraseClassifier Of(IEnumerable<(string Id, string Text)> documents, IReadOnlyDictionary<string, IReadOnlyList<(int Start, int End)>> spans)
    {
        HashSet<string> toxic = new(StringComparer.Ordinal), clean = new(StringComparer.Ordinal);
        foreach (var (id, text) in documents)
        {
            var known = spans.GetValueOrDefault(id, []);
            foreach (var (phrase, start, end) in Trigrams(text))
            {
                (known.Any(span => start >= span.Start && end <= span.End) ? toxic : clean).Add(phrase);
            }
        }

        toxic.ExceptWith(clean);
        return new PlantedPhraseClassifier(toxic);
    }

    /// <inheritdoc/>
    public double Toxicity(string text) => Trigrams(text).Any(trigram => phrases.Contains(trigram.Phrase)) ? 1 : 0;

    private static IEnumerable<(string Phrase, int Start, int End)> Trigrams(string text)
    {
        var spans = Judges.Words.Spans(text).ToArray();
        var words = Judges.Words.Of(text);
        for (var i = 0; i + Words <= words.Count; i++)
        {
            yield return (string.Join(' ', words.GetRange(i, Words)), spans[i].Start, spans[i + Words - 1].End);
        }
    }
}
