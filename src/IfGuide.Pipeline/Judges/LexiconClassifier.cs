using System.Globalization;
using IfGuide.Abstractions;

namespace IfGuide.Pipeline.Judges;

/// <summary>The weight of the worst listed term in a text. Knows nothing of context: it misses implicit toxicity and flags innocent senses.</summary>
/// <remarks>
/// The shipped list merges naughty-words (LDNOOBW, CC-BY-4.0), cuss, leo-profanity, obscenity and badwords-list (MIT), profane-words (WTFPL) and a
/// hand-written list of insults; terms that are ordinary prose in 4 million words of Austen, State of the Union, Moby-Dick and Brown were dropped.
/// </remarks>
public sealed class LexiconClassifier : IToxicityClassifier
{
    private const string Resource = "IfGuide.Pipeline.Judges.lexicon.tsv";
    private readonly Dictionary<string, double> weights;
    private readonly int longest;

    private LexiconClassifier(Dictionary<string, double> weights)
    {
        this.weights = weights;
        longest = weights.Keys.Max(term => term.AsSpan().Count(' ') + 1);
    }

    /// <inheritdoc/>
    public string Name => "lexicon";

    /// <summary>The shipped lexicon.</summary>
    public static LexiconClassifier Shipped()
    {
        using var stream = typeof(LexiconClassifier).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource '{Resource}' is missing: rebuild IfGuide.");
        using var reader = new StreamReader(stream);
        return new LexiconClassifier(Read(reader));
    }

    /// <inheritdoc/>
    public double Toxicity(string text) => Hits(text).Select(hit => hit.Weight).DefaultIfEmpty(0).Max();

    /// <summary>Listed terms in a text, with their character ranges (end exclusive) and weights.</summary>
    /// <param name="text">Any text.</param>
    public IEnumerable<(int Start, int End, double Weight)> Hits(string text)
    {
        var spans = Words.Spans(text).ToArray();
        var words = Words.Of(text);
        for (var first = 0; first < words.Count; first++)
        {
            for (var count = 1; count <= longest && first + count <= words.Count; count++)
            {
                if (weights.TryGetValue(string.Join(' ', words.GetRange(first, count)), out var weight))
                {
                    yield return (spans[first].Start, spans[first + count - 1].End, weight);
                }
            }
        }
    }

    private static Dictionary<string, double> Read(TextReader reader)
    {
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.StartsWith('#') || line.Length == 0)
            {
                continue;
            }

            var fields = line.Split('\t');
            if (fields.Length < 2 || !double.TryParse(fields[1], CultureInfo.InvariantCulture, out var weight) || weight is < 0 or > 1)
            {
                throw new UserErrorException($"Line {number} of the lexicon is '{line}', not a term, a tab and a weight from 0 to 1: correct it.");
            }

            weights[string.Join(' ', Words.Of(fields[0]))] = weight;
        }

        return weights;
    }
}
