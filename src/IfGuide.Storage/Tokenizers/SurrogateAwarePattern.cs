using System.Text;
using System.Text.RegularExpressions;

namespace IfGuide.Storage.Tokenizers;

/// <summary>Rewrites a pre-tokenizer's regular expression so that characters above U+FFFF count as one character each, as in the Rust engine it was written for.</summary>
/// <remarks>
/// Handles what such expressions use: categories (<c>\p{L}</c>) and character classes of categories, shorthands, characters and ranges below U+10000.
/// The result is several times slower, so it is used only for text that holds surrogates.
/// </remarks>
internal static partial class SurrogateAwarePattern
{
    /// <summary>Rewrites an expression.</summary>
    /// <exception cref="NotSupportedException">It uses something that is not handled; the message names it.</exception>
    public static string Rewrite(string pattern)
    {
        var result = new StringBuilder();
        for (var position = 0; position < pattern.Length;)
        {
            var rest = pattern.AsSpan(position);
            if (rest.StartsWith(@"\p{") || rest.StartsWith(@"\P{"))
            {
                var end = End(pattern, position, '}');
                result.Append(Class(pattern[position..end], negated: false));
                position = end;
            }
            else if (rest[0] == '\\')
            {
                result.Append(rest[..Math.Min(2, rest.Length)]);
                position += 2;
            }
            else if (rest[0] == '[')
            {
                var end = EndOfClass(pattern, position);
                var body = pattern[(position + 1)..(end - 1)];
                result.Append(body.StartsWith('^') ? Class(body[1..], negated: true) : Class(body, negated: false));
                position = end;
            }
            else
            {
                result.Append(rest[0]);
                position++;
            }
        }

        return result.ToString();
    }

    /// <summary>One class as alternatives: below U+10000 by the class itself, above by surrogate pairs.</summary>
    private static string Class(string body, bool negated)
    {
        var above = new List<string>();
        foreach (Match category in Category().Matches(body))
        {
            if (category.Groups["not"].Value == "P")
            {
                throw new NotSupportedException($"the negated category {category.Value}");
            }

            if (AstralRanges.OfCategory(category.Groups["name"].Value) is not { } ranges)
            {
                throw new NotSupportedException($"the category {category.Value}");
            }

            if (ranges.Length > 0)
            {
                above.Add(ranges);
            }
        }

        if (!negated)
        {
            return above.Count == 0 ? $"[{body}]" : $"(?:[{body}]|{string.Join('|', above)})";
        }

        var exceptAbove = above.Count == 0 ? string.Empty : $"(?!{string.Join('|', above)})";
        return $@"(?:[^{body}\uD800-\uDFFF]|{exceptAbove}{AstralRanges.Any})";
    }

    private static int EndOfClass(string pattern, int start)
    {
        for (var position = start + 1; position < pattern.Length; position++)
        {
            switch (pattern[position])
            {
                case '\\':
                    position++;
                    break;
                case '[':
                    throw new NotSupportedException("a character class within a character class");
                case ']':
                    return position + 1;
                default:
                    break;
            }
        }

        throw new NotSupportedException("a character class without an end");
    }

    private static int End(string pattern, int start, char last)
    {
        var end = pattern.IndexOf(last, start);
        return end < 0 ? throw new NotSupportedException($"'{pattern[start..]}'") : end + 1;
    }

    [GeneratedRegex(@"\\(?<not>[pP])\{(?<name>[^}]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Category();
}
