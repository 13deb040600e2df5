using System.Text;
using System.Text.RegularExpressions;

namespace IfGuide.Storage.Tokenizers;

/// <summary>Rewrites a pre-tokenizer's regular expression so that characters above U+FFFF count as one character each.</summary>
/// <remarks>
/// So they count in the Rust engine that the expression was written for.
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
            var end = FindEnd(pattern, position);
            result.Append(RewriteElement(pattern[position..end]));
            position = end;
        }

        return result.ToString();
    }

    private static int FindEnd(string pattern, int start)
    {
        if (IsCategory(pattern.AsSpan(start)))
        {
            return FindEndOfCategory(pattern, start);
        }

        return pattern[start] switch
        {
            '\\' => Math.Min(start + 2, pattern.Length),
            '[' => FindEndOfClass(pattern, start),
            _ => start + 1,
        };
    }

    private static string RewriteElement(string element)
    {
        if (IsCategory(element))
        {
            return RewriteClass(element, negated: false);
        }

        if (!element.StartsWith('['))
        {
            return element;
        }

        var body = element[1..^1];
        if (body.StartsWith('^'))
        {
            return RewriteClass(body[1..], negated: true);
        }

        return RewriteClass(body, negated: false);
    }

    private static bool IsCategory(ReadOnlySpan<char> rest) => rest.StartsWith(@"\p{") || rest.StartsWith(@"\P{");

    /// <summary>One class as alternatives: below U+10000 by the class itself, above by surrogate pairs.</summary>
    private static string RewriteClass(string body, bool negated)
    {
        var above = string.Join('|', FindRangesAbove(body));
        if (negated)
        {
            var exceptAbove = above.Length == 0 ? string.Empty : $"(?!{above})";
            return $@"(?:[^{body}\uD800-\uDFFF]|{exceptAbove}{AstralRanges.Any})";
        }

        if (above.Length == 0)
        {
            return $"[{body}]";
        }

        return $"(?:[{body}]|{above})";
    }

    private static List<string> FindRangesAbove(string body)
    {
        var above = new List<string>();
        foreach (Match category in MatchCategory().Matches(body))
        {
            if (category.Groups["not"].Value == "P")
            {
                throw new NotSupportedException($"the negated category {category.Value}");
            }

            if (AstralRanges.FindCategory(category.Groups["name"].Value) is not { } ranges)
            {
                throw new NotSupportedException($"the category {category.Value}");
            }

            if (ranges.Length > 0)
            {
                above.Add(ranges);
            }
        }

        return above;
    }

    private static int FindEndOfClass(string pattern, int start)
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

    private static int FindEndOfCategory(string pattern, int start)
    {
        var end = pattern.IndexOf('}', start);
        if (end < 0)
        {
            throw new NotSupportedException($"'{pattern[start..]}'");
        }

        return end + 1;
    }

    [GeneratedRegex(@"\\(?<not>[pP])\{(?<name>[^}]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex MatchCategory();
}
