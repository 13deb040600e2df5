using MessagePack;

namespace IfGuide.Storage.Overlap;

/// <summary>Texts that two sets share.</summary>
[MessagePackObject]
public sealed record SharedTexts
{
    /// <summary>How many shared places are named.</summary>
    public const int Named = 5;

    /// <summary>Texts of the first set that the second has too.</summary>
    [Key(0)] public required long InFirst { get; init; }

    /// <summary>Texts of the second set that the first has too.</summary>
    [Key(1)] public required long InSecond { get; init; }

    /// <summary>The first of them, in the second set's order: <c>file, line</c> in the first set and in the second.</summary>
    [Key(2)] public required IReadOnlyList<IReadOnlyList<string>> Places { get; init; }
}

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

    /// <summary>Compares two sets. Texts are the same after Unicode's normal form C, with white space collapsed and trimmed, and in lower case; empty ones are never the same.</summary>
    /// <param name="first">A set.</param>
    /// <param name="second">Another.</param>
    public static SetOverlap Of(TextSet first, TextSet second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return new SetOverlap
        {
            First = first.Name,
            Second = second.Name,
            FirstTexts = first.Texts.Count,
            SecondTexts = second.Texts.Count,
            Prompts = Share(first.Texts, second.Texts, text => text.Prompt),
            Wholes = Share(first.Texts, second.Texts, text => text.Whole),
        };
    }

    private static SharedTexts Share(IReadOnlyList<ComparedText> first, IReadOnlyList<ComparedText> second, Func<ComparedText, string> part)
    {
        var places = new Dictionary<string, ComparedText>(StringComparer.Ordinal);
        var plain = first.Select(text => PlainText.Of(part(text))).ToList();
        for (var i = 0; i < plain.Count; i++)
        {
            places.TryAdd(plain[i], first[i]);
        }

        var found = new HashSet<string>(StringComparer.Ordinal);
        var named = new List<IReadOnlyList<string>>();
        var inSecond = 0L;
        foreach (var text in second)
        {
            if (PlainText.Of(part(text)) is { Length: > 0 } key && places.TryGetValue(key, out var other))
            {
                inSecond++;
                found.Add(key);
                if (named.Count < SharedTexts.Named)
                {
                    named.Add([other.Place, text.Place]);
                }
            }
        }

        return new SharedTexts { InFirst = plain.Count(found.Contains), InSecond = inSecond, Places = named };
    }
}
