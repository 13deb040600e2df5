using System.Globalization;
using System.Text;

namespace IfGuide.Storage.Overlap;

/// <summary>Hashes the words of a text to 64 bits: runs of letters, digits and marks. What stands between them is skipped.</summary>
/// <remarks>
/// Words are hashed in Unicode's normal form C and in lower case.
/// A letter of a script that is written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) is a word of its own.
/// </remarks>
internal static class WordHashes
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>Appends the hashes of a text's words.</summary>
    public static void Append(string text, List<ulong> words)
    {
        if (!text.IsNormalized(NormalizationForm.FormC))
        {
            text = text.Normalize(NormalizationForm.FormC);
        }

        var hash = Offset;
        var isWithin = false;
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            var isOfWord = IsOfWord(text, i);
            var standsAlone = isOfWord && StandsAlone(character);
            if (isOfWord && !standsAlone)
            {
                isWithin = true;
                hash = Extend(hash, ToLower(character));
                continue;
            }

            if (isWithin)
            {
                words.Add(Mix(hash));
                hash = Offset;
                isWithin = false;
            }

            if (standsAlone)
            {
                words.Add(Mix(Extend(Offset, character)));
            }
        }

        if (isWithin)
        {
            words.Add(Mix(hash));
        }
    }

    private static ulong Extend(ulong hash, char character) => (hash ^ character) * Prime;

    /// <remarks>Most characters are ASCII, for which this is much faster.</remarks>
    private static char ToLower(char character)
    {
        if (!char.IsAscii(character))
        {
            return char.ToLowerInvariant(character);
        }

        if (char.IsAsciiLetterUpper(character))
        {
            return (char)(character | 0x20);
        }

        return character;
    }

    private static bool IsOfWord(string text, int index)
    {
        var character = text[index];
        if (char.IsAscii(character))
        {
            return char.IsAsciiLetterOrDigit(character);
        }

        if (char.IsLowSurrogate(character) && index > 0 && char.IsHighSurrogate(text[index - 1]))
        {
            index--;
        }

        return CharUnicodeInfo.GetUnicodeCategory(text, index) switch
        {
            <= UnicodeCategory.OtherLetter => true,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark => true,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => true,
            _ => false,
        };
    }

    private static bool StandsAlone(char character) => character switch
    {
        >= '\u0E00' and <= '\u0EFF' => true, // Thai, Lao
        >= '\u1000' and <= '\u109F' => true, // Burmese
        >= '\u1780' and <= '\u17FF' => true, // Khmer
        >= '\u3040' and <= '\u30FF' => true, // kana
        _ => IsHan(character),
    };

    private static bool IsHan(char character) =>
        character is >= '\u3400' and <= '\u4DBF' or >= '\u4E00' and <= '\u9FFF' or >= '\uF900' and <= '\uFAFF';

    /// <summary>Spreads a hash over all bits (the finaliser of SplitMix64): sums of powers in <see cref="CorpusSearch"/> rely on it.</summary>
    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        return hash ^ (hash >> 31);
    }
}
