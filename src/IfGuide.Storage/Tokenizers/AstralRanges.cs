using System.Globalization;
using System.Text;

namespace IfGuide.Storage.Tokenizers;

/// <summary>Regular expressions for characters above U+FFFF, which .NET's regular expressions see as two surrogates.</summary>
internal static class AstralRanges
{
    private const int First = 0x10000;
    private const int Last = 0x10ffff;
    private const int PerHigh = 0x400;

    /// <summary>Any character above U+FFFF.</summary>
    public const string Any = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";

    private static readonly Lazy<UnicodeCategory[]> Categories = new(() =>
        [.. Enumerable.Range(First, Last - First + 1).Select(value => Rune.GetUnicodeCategory(new Rune(value)))]);

    /// <summary>Characters above U+FFFF of a general category, e.g. <c>L</c> or <c>Lu</c>, as alternatives of surrogate pairs; empty when there are none.</summary>
    /// <returns>Null when there is no such category.</returns>
    public static string? OfCategory(string name)
    {
        var wanted = Enum.GetValues<UnicodeCategory>().Where(category => CategoryName(category).StartsWith(name, StringComparison.Ordinal)).ToHashSet();
        if (name.Length is 0 or > 2 || wanted.Count == 0)
        {
            return null;
        }

        var categories = Categories.Value;
        var alternatives = new StringBuilder();
        string? pending = null;
        var (start, end) = (0, 0);
        for (var high = 0; high < categories.Length / PerHigh; high++)
        {
            var lows = LowsOf(categories.AsSpan(high * PerHigh, PerHigh), wanted);
            if (lows == pending)
            {
                end = high;
                continue;
            }

            Flush();
            (pending, start, end) = (lows, high, high);
        }

        Flush();
        return alternatives.ToString();

        void Flush()
        {
            if (pending is not { Length: > 0 })
            {
                return;
            }

            alternatives.Append(alternatives.Length > 0 ? "|" : "")
                .Append(start == end ? Escape(0xd800 + start) : $"[{Escape(0xd800 + start)}-{Escape(0xd800 + end)}]")
                .Append(CultureInfo.InvariantCulture, $"[{pending}]");
        }
    }

    private static string LowsOf(ReadOnlySpan<UnicodeCategory> categories, HashSet<UnicodeCategory> wanted)
    {
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

            lows.Append(Escape(0xdc00 + start)).Append(start == low ? "" : $"-{Escape(0xdc00 + low)}");
        }

        return lows.ToString();
    }

    private static string Escape(int unit) => $"\\u{unit:X4}";

    private static string CategoryName(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => "Lu", UnicodeCategory.LowercaseLetter => "Ll", UnicodeCategory.TitlecaseLetter => "Lt",
        UnicodeCategory.ModifierLetter => "Lm", UnicodeCategory.OtherLetter => "Lo",
        UnicodeCategory.NonSpacingMark => "Mn", UnicodeCategory.SpacingCombiningMark => "Mc", UnicodeCategory.EnclosingMark => "Me",
        UnicodeCategory.DecimalDigitNumber => "Nd", UnicodeCategory.LetterNumber => "Nl", UnicodeCategory.OtherNumber => "No",
        UnicodeCategory.SpaceSeparator => "Zs", UnicodeCategory.LineSeparator => "Zl", UnicodeCategory.ParagraphSeparator => "Zp",
        UnicodeCategory.Control => "Cc", UnicodeCategory.Format => "Cf", UnicodeCategory.Surrogate => "Cs", UnicodeCategory.PrivateUse => "Co", UnicodeCategory.OtherNotAssigned => "Cn",
        UnicodeCategory.ConnectorPunctuation => "Pc", UnicodeCategory.DashPunctuation => "Pd", UnicodeCategory.OpenPunctuation => "Ps", UnicodeCategory.ClosePunctuation => "Pe",
        UnicodeCategory.InitialQuotePunctuation => "Pi", UnicodeCategory.FinalQuotePunctuation => "Pf", UnicodeCategory.OtherPunctuation => "Po",
        UnicodeCategory.MathSymbol => "Sm", UnicodeCategory.CurrencySymbol => "Sc", UnicodeCategory.ModifierSymbol => "Sk", UnicodeCategory.OtherSymbol => "So",
        _ => throw new ArgumentOutOfRangeException(nameof(category), category, "Not a Unicode category."),
    };
}
