using System.Globalization;
using System.Text;

namespace IfGuide.Storage.Overlap;

/// <summary>The words of a text as 64-bit hashes: runs of letters, digits and marks after Unicode's normal form C, in lower case; what stands between them is passed over.</summary>
/// <remarks>A letter of a script that is written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) is a word of its own.</remarks>
internal static class WordHashes
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>Appends the hashes of a text's words.</summary>
    public static void Append(string text, List<ulong> words)
    {
        var normal = text.IsNormalized(NormalizationForm.FormC) ? text : text.Normalize(NormalizationForm.FormC);
        var hash = Offset;
        var within = false;
        for (var i = 0; i < normal.Length; i++)
        {
            var character = normal[i];
            if (!IsOfWord(normal, i))
            {
                End(words, ref hash, ref within);
                continue;
            }

            if (StandsAlone(character))
            {
                End(words, ref hash, ref within);
                words.Add(Mix((Offset ^ character) * Prime));
                continue;
            }

            within = true;
            hash = (hash ^ (char.IsAscii(character) ? (char)(char.IsAsciiLetterUpper(character) ? character | 0x20 : character) : char.ToLowerInvariant(character))) * Prime;
        }

        End(words, ref hash, ref within);
    }

    private static void End(List<ulong> words, ref ulong hash, ref bool within)
    {
        if (within)
        {
            words.Add(Mix(hash));
            hash = Offset;
            within = false;
        }
    }

    private static bool IsOfWord(string text, int index)
    {
        var character = text[index];
        if (char.IsAscii(character))
        {
            return char.IsAsciiLetterOrDigit(character);
        }

        var low = char.IsLowSurrogate(character) && index > 0 && char.IsHighSurrogate(text[index - 1]);
        return CharUnicodeInfo.GetUnicodeCategory(text, low ? index - 1 : index) is <= UnicodeCategory.OtherLetter
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
    }

    private static bool StandsAlone(char character) => character is >= '\u0E00' and <= '\u0EFF' or >= '\u1000' and <= '\u109F' or >= '\u1780' and <= '\u17FF'
        or >= '\u3040' and <= '\u30FF' or >= '\u3400' and <= '\u4DBF' or >= '\u4E00' and <= '\u9FFF' or >= '\uF900' and <= '\uFAFF';

    /// <summary>Spreads a hash over all bits (the finaliser of SplitMix64): sums of powers in <see cref="CorpusSearch"/> rely on it.</summary>
    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        return hash ^ (hash >> 31);
    }
}
