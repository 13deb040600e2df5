using MessagePack;

namespace IfGuide.Storage.Overlap;

/// <summary>What two sets of texts have in common.</summary>
[MessagePackObject]
public sealed record SetOverlap
{
    /// <summary>The first set.</summary>
    [Key(0)] public required string First { get; init; }

    /// <summary>The second set.</summary>
    [Key(1)] public required string Second { get; init; }

    /// <summary>Texts of the first set.</summary>
    [Key(2)] public required long FirstTexts { get; init; }

    /// <summary>Texts of the second set.</summary>
    [Key(3)] public required long SecondTexts { get; init; }

    /// <summary>Equal prompts; texts without a prompt have none to share.</summary>
    [Key(4)] public required SharedTexts Prompts { get; init; }

    /// <summary>Equal whole texts.</summary>
    [Key(5)] public required SharedTexts Wholes { get; init; }

    /// <summary>Compares two sets. Empty texts are never the same.</summary>
    /// <remarks>
    /// Texts are the same in Unicode's normal form C, with white space collapsed and trimmed, and in lower case.
    /// </remarks>
    /// <param name="first">A set.</param>
    /// <param name="second">Another.</param>
    public static SetOverlap Compare(TextSet first, TextSet second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var prompts = FindShared(first.Texts, second.Texts, text => text.Prompt);
        var wholes = FindShared(first.Texts, second.Texts, text => text.Whole);
        return new SetOverlap
        {
            First = first.Name,
            Second = second.Name,
            FirstTexts = first.Texts.Count,
            SecondTexts = second.Texts.Count,
            Prompts = prompts,
            Wholes = wholes,
        };
    }

    private static SharedTexts FindShared(
        IReadOnlyList<ComparedText> first, IReadOnlyList<ComparedText> second, Func<ComparedText, string> part)
    {
        var plain = first.Select(text => PlainText.Normalise(part(text))).ToList();
        var places = IndexPlaces(plain, first);
        var shared = new List<(string Key, string Place)>();
        foreach (var text in second)
        {
            var key = PlainText.Normalise(part(text));
            if (places.ContainsKey(key))
            {
                shared.Add((key, text.Place));
            }
        }

        var keys = shared.Select(text => text.Key).ToHashSet(StringComparer.Ordinal);
        return new SharedTexts
        {
            InFirst = plain.Count(keys.Contains),
            InSecond = shared.Count,
            Places = [.. shared.Take(SharedTexts.Named).Select(text => new[] { places[text.Key], text.Place })],
        };
    }

    /// <summary>Maps each text, but not the empty one, to the first place where it stands.</summary>
    private static Dictionary<string, string> IndexPlaces(List<string> plain, IReadOnlyList<ComparedText> texts)
    {
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, text) in plain.Zip(texts).Where(pair => pair.First.Length > 0))
        {
            places.TryAdd(key, text.Place);
        }

        return places;
    }
}
