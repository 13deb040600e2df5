using System.Text;
using CsCheck;

namespace IfGuide.Storage.Tests.Corpora;

/// <summary>Random texts of the kinds that break offsets.</summary>
internal static class Generators
{
    private static readonly string[] Fragments = ["a", "b", "ab", " ", "the ", "o w", "\n", "é", "ée", "e\u0301", "😀", "😀a", "日本", "\u0301", "\0", "<end>", "ÿ", "\uFEFF", "👩‍👩‍👧"];

    private static readonly Gen<string> AnyRune = Gen.Int[0, 0x10FFFF].Where(value => Rune.IsValid(value)).Select(value => new Rune(value).ToString());

    public static Gen<string> Text { get; } = Gen.OneOf(Gen.Int[0, Fragments.Length - 1].Select(index => Fragments[index]), AnyRune).Array[0, 12].Select(parts => string.Concat(parts));
}
