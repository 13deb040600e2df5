using System.Text;

namespace IfGuide.Storage.Overlap;

/// <summary>A text that is compared with others: a query, or a prompt of the evaluation.</summary>
/// <param name="File">Its file, without folders.</param>
/// <param name="Line">Its line there, from 1.</param>
/// <param name="Prompt">What stands in front of the continuation; empty where all is one text.</param>
/// <param name="Whole">Prompt and continuation.</param>
public sealed record ComparedText(string File, long Line, string Prompt, string Whole)
{
    /// <summary>Where it stands, for messages.</summary>
    public string Place => FormattableString.Invariant($"{File}, line {Line}");
}

/// <summary>Texts of one purpose.</summary>
/// <param name="Name">The key of the run file that names them, e.g. <c>queries.toxic</c>.</param>
/// <param name="Texts">The texts, in order.</param>
/// <param name="ByPrompt">Whether the prompt alone is looked for in the corpus, in place of the whole text: a model is asked to continue it.</param>
public sealed record TextSet(string Name, IReadOnlyList<ComparedText> Texts, bool ByPrompt = false)
{
    /// <summary>What of each text is looked for in the corpus.</summary>
    internal IEnumerable<string> Sought => Texts.Select(text => ByPrompt ? text.Prompt : text.Whole);
}

/// <summary>When two texts of query sets or prompts are the same: after Unicode's normal form C, with white space collapsed and trimmed, and in lower case.</summary>
internal static class PlainText
{
    public static string Of(string text)
    {
        var plain = new StringBuilder(text.Length);
        var space = false;
        foreach (var character in text.Normalize(NormalizationForm.FormC))
        {
            if (char.IsWhiteSpace(character))
            {
                space = plain.Length > 0;
                continue;
            }

            if (space)
            {
                plain.Append(' ');
                space = false;
            }

            plain.Append(char.ToLowerInvariant(character));
        }

        return plain.ToString();
    }
}
