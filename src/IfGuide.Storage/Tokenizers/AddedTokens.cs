using System.Buffers;

namespace IfGuide.Storage.Tokenizers;

/// <summary>Finds added tokens in text: leftmost first, the longest of those that start there, as Hugging Face tokenizers does.</summary>
internal sealed class AddedTokens
{
    private readonly (string Text, int Id)[] longestFirst;
    private readonly SearchValues<string>? search;

    public AddedTokens(IEnumerable<(string Text, int Id)> tokens)
    {
        var byLength = tokens.OrderByDescending(token => token.Text.Length);
        longestFirst = [.. byLength.ThenBy(token => token.Text, StringComparer.Ordinal)];
        if (longestFirst.Length > 0)
        {
            search = SearchValues.Create([.. longestFirst.Select(token => token.Text)], StringComparison.Ordinal);
        }
    }

    /// <summary>Cuts text at the added tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="between">Takes text without added tokens; never empty.</param>
    /// <param name="token">Takes an added token's id.</param>
    public void Split(string text, Action<string> between, Action<int> token)
    {
        var position = 0;
        while (search is not null && position < text.Length)
        {
            var found = text.AsSpan(position).IndexOfAny(search);
            if (found < 0)
            {
                break;
            }

            if (found > 0)
            {
                between(text.Substring(position, found));
            }

            position += found;
            var (match, id) = FindLongestAt(text.AsSpan(position));
            token(id);
            position += match.Length;
        }

        if (position < text.Length)
        {
            between(text[position..]);
        }
    }

    private (string Text, int Id) FindLongestAt(ReadOnlySpan<char> text)
    {
        foreach (var candidate in longestFirst)
        {
            if (text.StartsWith(candidate.Text, StringComparison.Ordinal))
            {
                return candidate;
            }
        }

        throw new InvalidOperationException("The search found an added token where none starts.");
    }
}
