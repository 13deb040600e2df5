using System.Globalization;
using System.Text;
using CsCheck;

namespace IfGuide.Storage.Tests.Tokenizers;

/// <summary>Random valid Unicode: words, spaces, digits, combining marks, Hangul, emoji, letters and digits above U+FFFF, any scalar value.</summary>
internal static class UnicodeText
{
    private static readonly string[] Pieces =
        [" ", "  ", "\n", "\r\n", "\t", "\u00a0", "the", "The", " cat", "'s", "'LL", "12345", "\u0301", "e\u0301", "é", "ﬁ", "가", "\u1100\u1161", "Ω", "\u2126", "😀", "👩‍👩‍👧", "𝒜", "𝟙𝟚𝟛𝟜", "𠀀", "ß", "مرحبا", "नमस्ते", "!?", "\0", "\u0085", "\u2028"];

    private static readonly Gen<string> AnyScalar = Gen.Int[0, 0x10ffff].Where(value => value is < 0xd800 or > 0xdfff).Select(value => new Rune(value).ToString());

    public static Gen<string> Any { get; } = Gen.OneOf(Gen.OneOf(Pieces), Gen.OneOf(Pieces), AnyScalar).Array[0, 24].Select(string.Concat);

    /// <summary>Replaces each character above U+FFFF by one below of the same class for the word patterns: letter, number, other.</summary>
    public static string BelowAstral(string text) => string.Concat(text.EnumerateRunes().Select(rune => rune.IsBmp ? rune.ToString() : Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => "x",
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => "7",
        _ => "#",
    }));
}
