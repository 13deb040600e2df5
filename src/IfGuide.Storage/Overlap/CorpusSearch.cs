namespace IfGuide.Storage.Overlap;

/// <summary>Looks for texts in documents: a text is found in a document that has all its words, in order and neighbouring. Words as in <see cref="WordHashes"/>.</summary>
/// <remarks>
/// Each window of <see cref="FewestWords"/> words of a document is looked up among the texts' beginnings; where one begins, the windows of the lengths that such texts have are compared by
/// their hashes, sums of powers taken from running sums. A document costs its words, memory the texts'. 64-bit hashes stand for the words. Safe for concurrent use.
/// </remarks>
public sealed class CorpusSearch
{
    /// <summary>Words that a text must have: shorter ones stand in documents by chance, and are not looked for.</summary>
    public const int FewestWords = 5;

    private const ulong Radix = 0x9E3779B97F4A7C15;
    private const int FilterBits = 20;

    private readonly Dictionary<ulong, int[]> lengths = [];
    private readonly Dictionary<(ulong Hash, int Length), int[]> texts = [];
    private readonly ulong[] filter = new ulong[1 << (FilterBits - 6)];
    private readonly ulong[] powers;

    /// <summary>Prepares the search.</summary>
    /// <param name="sets">The sets; their texts are numbered through in order.</param>
    public CorpusSearch(IReadOnlyList<TextSet> sets)
    {
        ArgumentNullException.ThrowIfNull(sets);
        Sets = sets;
        var hashed = sets.SelectMany(set => set.Sought).Select(Words).ToList();
        powers = Powers(hashed.Max(words => (int?)words.Count) is { } longest ? Math.Max(longest, FewestWords) : FewestWords);
        TooShort = [.. hashed.Select(words => words.Count < FewestWords)];
        var windows = hashed.Select((words, number) => (number, words.Count, Sums: Sums(words))).Where(text => !TooShort[text.number]).ToList();
        foreach (var group in windows.GroupBy(text => Window(text.Sums, 0, FewestWords)))
        {
            lengths.Add(group.Key, [.. group.Select(text => text.Count).Distinct()]);
            filter[group.Key >> (64 - FilterBits + 6)] |= 1UL << (int)((group.Key >> (64 - FilterBits)) & 63);
        }

        foreach (var group in windows.GroupBy(text => (Window(text.Sums, 0, text.Count), text.Count)))
        {
            texts.Add(group.Key, [.. group.Select(text => text.number)]);
        }
    }

    /// <summary>The sets.</summary>
    public IReadOnlyList<TextSet> Sets { get; }

    /// <summary>For each text, whether it is too short to be looked for.</summary>
    internal IReadOnlyList<bool> TooShort { get; }

    /// <summary>Numbers of the texts that a document contains, ascending, each once.</summary>
    /// <param name="document">The document's text.</param>
    public IReadOnlyList<int> Find(string document)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (texts.Count == 0)
        {
            return [];
        }

        var sums = Sums(Words(document));
        SortedSet<int>? found = null;
        for (var start = 0; start + FewestWords < sums.Length; start++)
        {
            var beginning = Window(sums, start, FewestWords);
            if ((filter[beginning >> (64 - FilterBits + 6)] & (1UL << (int)((beginning >> (64 - FilterBits)) & 63))) == 0 || !lengths.TryGetValue(beginning, out var candidates))
            {
                continue;
            }

            foreach (var length in candidates)
            {
                if (start + length < sums.Length && texts.TryGetValue((Window(sums, start, length), length), out var numbers))
                {
                    (found ??= []).UnionWith(numbers);
                }
            }
        }

        return found is null ? [] : [.. found];
    }

    private static List<ulong> Words(string text)
    {
        var words = new List<ulong>(text.Length / 5);
        WordHashes.Append(text, words);
        return words;
    }

    private static ulong[] Powers(int highest)
    {
        var powers = new ulong[highest + 1];
        powers[0] = 1;
        for (var i = 1; i <= highest; i++)
        {
            powers[i] = powers[i - 1] * Radix;
        }

        return powers;
    }

    /// <summary>Entry i: the hash of the first i words, Σ word_j · radix^(i−1−j).</summary>
    private static ulong[] Sums(List<ulong> words)
    {
        var sums = new ulong[words.Count + 1];
        for (var i = 0; i < words.Count; i++)
        {
            sums[i + 1] = (sums[i] * Radix) + words[i];
        }

        return sums;
    }

    private ulong Window(ulong[] sums, int start, int length) => sums[start + length] - (sums[start] * powers[length]);
}
