namespace IfGuide.Storage.Overlap;

/// <summary>Searches documents for texts: a document contains a text when it has all its words, in order and neighbouring.</summary>
/// <remarks>
/// <para>
/// The search looks up each window of <see cref="MinWords"/> words of a document among the texts' beginnings.
/// Where a text begins, it compares the windows of the lengths that such texts have by their hashes.
/// A hash is a sum of powers and comes from running sums, so a document costs its words, and memory the texts'.
/// </para>
/// <para>64-bit hashes stand for the words, see <see cref="WordHashes"/>. Safe for concurrent use.</para>
/// </remarks>
public sealed class CorpusSearch
{
    /// <summary>Words that a text must have. Documents contain shorter ones by chance, and they are not searched for.</summary>
    public const int MinWords = 5;

    private const ulong Radix = 0x9E3779B97F4A7C15;

    private readonly Dictionary<ulong, int[]> lengths;
    private readonly Dictionary<(ulong Hash, int Length), int[]> texts;
    private readonly HashFilter filter = new();
    private readonly ulong[] powers;

    /// <summary>Prepares the search.</summary>
    /// <param name="sets">The sets; their texts are numbered through in order.</param>
    public CorpusSearch(IReadOnlyList<TextSet> sets)
    {
        ArgumentNullException.ThrowIfNull(sets);
        Sets = sets;
        var hashed = sets.SelectMany(set => set.Sought).Select(HashWords).ToList();
        TooShort = [.. hashed.Select(words => words.Count < MinWords)];
        powers = ComputePowers(hashed.Select(words => words.Count).Append(MinWords).Max());
        var sought = CreateSought(hashed);
        lengths = Group(sought, text => text.Beginning, text => text.Length);
        texts = Group(sought, text => (text.Hash, text.Length), text => text.Number);
        foreach (var beginning in lengths.Keys)
        {
            filter.Add(beginning);
        }
    }

    /// <summary>The sets.</summary>
    public IReadOnlyList<TextSet> Sets { get; }

    /// <summary>For each text, whether it is too short to be searched for.</summary>
    internal IReadOnlyList<bool> TooShort { get; }

    /// <summary>Finds the texts that a document contains.</summary>
    /// <param name="document">The document's text.</param>
    /// <returns>Their numbers, ascending, each once.</returns>
    public IReadOnlyList<int> Find(string document)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (texts.Count == 0)
        {
            return [];
        }

        var sums = ComputeSums(HashWords(document));
        var found = new SortedSet<int>();
        for (var start = 0; start + MinWords < sums.Length; start++)
        {
            var beginning = HashWindow(sums, start, MinWords);
            if (filter.MayContain(beginning) && lengths.TryGetValue(beginning, out var candidates))
            {
                AddTexts(sums, start, candidates, found);
            }
        }

        return [.. found];
    }

    private void AddTexts(ulong[] sums, int start, int[] candidates, SortedSet<int> found)
    {
        foreach (var length in candidates)
        {
            if (start + length >= sums.Length)
            {
                continue;
            }

            if (texts.TryGetValue((HashWindow(sums, start, length), length), out var numbers))
            {
                found.UnionWith(numbers);
            }
        }
    }

    private List<SoughtText> CreateSought(List<List<ulong>> hashed)
    {
        var sought = new List<SoughtText>();
        for (var number = 0; number < hashed.Count; number++)
        {
            if (!TooShort[number])
            {
                var (sums, length) = (ComputeSums(hashed[number]), hashed[number].Count);
                sought.Add(new SoughtText(number, length, HashWindow(sums, 0, MinWords), HashWindow(sums, 0, length)));
            }
        }

        return sought;
    }

    /// <summary>Groups numbers by key; each group has each number once, in the order of the texts.</summary>
    private static Dictionary<TKey, int[]> Group<TKey>(
        List<SoughtText> sought, Func<SoughtText, TKey> key, Func<SoughtText, int> number)
        where TKey : notnull =>
        sought.GroupBy(key, number).ToDictionary(group => group.Key, group => group.Distinct().ToArray());

    private static List<ulong> HashWords(string text)
    {
        var words = new List<ulong>(text.Length / 5);
        WordHashes.Append(text, words);
        return words;
    }

    private static ulong[] ComputePowers(int max)
    {
        var powers = new ulong[max + 1];
        powers[0] = 1;
        for (var i = 1; i <= max; i++)
        {
            powers[i] = powers[i - 1] * Radix;
        }

        return powers;
    }

    /// <summary>Computes running sums. Entry i is the hash of the first i words, Σ word_j · radix^(i−1−j).</summary>
    private static ulong[] ComputeSums(List<ulong> words)
    {
        var sums = new ulong[words.Count + 1];
        for (var i = 0; i < words.Count; i++)
        {
            sums[i + 1] = (sums[i] * Radix) + words[i];
        }

        return sums;
    }

    private ulong HashWindow(ulong[] sums, int start, int length) => sums[start + length] - (sums[start] * powers[length]);

    /// <summary>A text that is searched for: its number, its words, and the hashes of its beginning and of all of it.</summary>
    private readonly record struct SoughtText(int Number, int Length, ulong Beginning, ulong Hash);
}
