using System.Text;
using IfGuide.Pipeline.Judges;
using IfGuide.Pipeline.Results;

namespace IfGuide.Pipeline.Reporting;

/// <summary>Masks harsh words, so that a page can be shown to anybody: every word keeps its first letter.</summary>
public sealed class HarshText
{
    private const double Harsh = 0.5;
    private const char Mask = '•';
    private readonly LexiconClassifier? lexicon;

    /// <summary>Masks, or does not.</summary>
    /// <param name="show">Whether text stays as it is.</param>
    public HarshText(bool show) => lexicon = show ? null : LexiconClassifier.Shipped();

    /// <summary>Masks the listed words of a text.</summary>
    /// <param name="text">The text.</param>
    public string Of(string text) => lexicon is null ? text : Apply(text, Listed(text, new bool[text.Length]));

    /// <summary>Masks the listed words of a document and the tokens of spans that are known to be toxic. Other suppressed tokens stay: most of them are innocent.</summary>
    /// <param name="tokens">The document's tokens.</param>
    /// <returns>Each token's text.</returns>
    public IReadOnlyList<string> Of(IReadOnlyList<InspectedToken> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (lexicon is null)
        {
            return [.. tokens.Select(token => token.Text)];
        }

        var text = string.Concat(tokens.Select(token => token.Text));
        var hidden = Listed(text, new bool[text.Length]);
        var at = 0;
        foreach (var token in tokens)
        {
            if (token.Known)
            {
                hidden.AsSpan(at, token.Text.Length).Fill(true);
            }

            at += token.Text.Length;
        }

        var masked = Apply(text, hidden);
        var result = new List<string>(tokens.Count);
        at = 0;
        foreach (var token in tokens)
        {
            result.Add(masked.Substring(at, token.Text.Length));
            at += token.Text.Length;
        }

        return result;
    }

    private bool[] Listed(string text, bool[] hidden)
    {
        foreach (var (start, end, weight) in lexicon!.Hits(text))
        {
            if (weight >= Harsh)
            {
                hidden.AsSpan(start, end - start).Fill(true);
            }
        }

        return hidden;
    }

    private static string Apply(string text, bool[] hidden)
    {
        var masked = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var firstOfWord = i == 0 || !char.IsLetterOrDigit(text[i - 1]);
            masked.Append(hidden[i] && char.IsLetterOrDigit(text[i]) && !firstOfWord ? Mask : text[i]);
        }

        return masked.ToString();
    }
}
