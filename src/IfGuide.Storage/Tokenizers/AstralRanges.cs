using System.Globalization;
using System.Text;

namespace IfGuide.Storage.Tokenizers;

/// <summary>Regular expressions for characters above U+FFFF, which .NET's regular expressions see as two surrogates.</summary>
internal static class AstralRanges
{
    private const int First = 0x10000;
    private const int Last = 0x10ffff;
    private const int PerHigh = 0x400;
    private const int FirstHigh = 0xd800;
    private const int FirstLow = 0xdc00;

    /// <summary>Any character above U+FFFF.</summary>
    public const string Any = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";

    /// <summary>Unicode's names of the categories, in the order of <see cref="UnicodeCategory"/>.</summary>
    private static readonly string[] CategoryNames =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo",
        "Mn", "Mc", "Me",
        "Nd", "Nl", "No",
        "Zs", "Zl", "Zp",
        "Cc", "Cf", "Cs", "Co",
        "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "Sm", "Sc", "Sk", "So",
        "Cn",
    ];

    private static readonly Lazy<UnicodeCategory[]> Categories = new(ReadCategories);

    /// <summary>Characters above U+FFFF of a general category, e.g. <c>L</c> or <c>Lu</c>, as alternatives of surrogate pairs.</summary>
    /// <returns>Empty when the category has no such characters; null when there is no such category.</returns>
    public static string? FindCategory(string name)
    {
        var wanted = FindCategories(name);
        if (name.Length is 0 or > 2 || wanted.Count == 0)
        {
            return null;
        }

        var highs = Enumerable.Range(0, Categories.Value.Length / PerHigh);
        return FormatPairs([.. highs.Select(high => FormatLows(high, wanted))]);
    }

    /// <summary>Surrogate pairs as alternatives; high surrogates in a row with the same low ones share an alternative.</summary>
    private static string FormatPairs(string[] lows)
    {
        var alternatives = new List<string>();
        for (var start = 0; start < lows.Length; start++)
        {
            var end = start;
            while (end + 1 < lows.Length && lows[end + 1] == lows[start])
            {
                end++;
            }

            if (lows[start].Length > 0)
            {
                alternatives.Add($"{FormatHighs(start, end)}[{lows[start]}]");
            }

            start = end;
        }

        return string.Join('|', alternatives);
    }

    private static UnicodeCategory[] ReadCategories()
    {
        var runes = Enumerable.Range(First, Last - First + 1).Select(value => new Rune(value));
        return [.. runes.Select(Rune.GetUnicodeCategory)];
    }

    private static HashSet<UnicodeCategory> FindCategories(string name)
    {
        var categories = Enum.GetValues<UnicodeCategory>();
        return [.. categories.Where(category => CategoryNames[(int)category].StartsWith(name, StringComparison.Ordinal))];
    }

    private static string FormatHighs(int start, int end)
    {
        var highs = FormatRange(FirstHigh + start, FirstHigh + end);
        if (start == end)
        {
            return highs;
        }

        return $"[{highs}]";
    }

    /// <summary>The low surrogates that make a wanted character with a high one, as the body of a character class.</summary>
    private static string FormatLows(int high, HashSet<UnicodeCategory> wanted)
    {
        var categories = Categories.Value.AsSpan(high * PerHigh, PerHigh);
        var lows = new StringBuilder();
        for (var low = 0; low < PerHigh; low++)
        {
            if (!wanted.Contains(categories[low]))
            {
                continue;
            }

            var start = low;
            while (low + 1 < PerHigh && wanted.Contains(categories[low + 1]))
            {
                low++;
            }

            lows.Append(FormatRange(FirstLow + start, FirstLow + low));
        }

        return lows.ToString();
    }

    private static string FormatRange(int first, int last)
    {
        if (first == last)
        {
            return Escape(first);
        }

        return $"{Escape(first)}-{Escape(last)}";
    }

    private static string Escape(int unit) => $"\\u{unit:X4}";
}
