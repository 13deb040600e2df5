using System.Text;

namespace IfGuide.Storage.Overlap;

/// <summary>The form in which texts of query sets and prompts are compared.</summary>
/// <remarks>Unicode's normal form C, with white space collapsed and trimmed, in lower case.</remarks>
internal static class PlainText
{
    /// <summary>Normalises a text.</summary>
    public static string Normalise(string text)
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
