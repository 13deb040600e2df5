using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IfGuide.Storage.Tests.Tokenizers;

/// <summary>Byte-level BPE as its definition says it, slowly: of all pairs in a word, merge the one of lowest rank, until none is left.</summary>
internal sealed partial class ReferenceBytePairs
{
    private readonly Dictionary<string, int> vocabulary;
    private readonly Dictionary<(string, string), int> ranks = [];
    private readonly string[] characters = new string[256];

    public ReferenceBytePairs(JsonObject root)
    {
        vocabulary = root["model"]!["vocab"]!.AsObject().ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<int>());
        foreach (var merge in root["model"]!["merges"]!.AsArray())
        {
            var parts = merge!.GetValue<string>().Split(' ');
            ranks.Add((parts[0], parts[1]), ranks.Count);
        }

        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            characters[value] = value is >= 33 and <= 126 or >= 161 and <= 172 or >= 174 ? ((char)value).ToString() : ((char)next++).ToString();
        }
    }

    /// <summary>Encodes text below U+10000 without added tokens.</summary>
    public int[] Encode(string text) => [.. Words().Matches(text.Normalize(NormalizationForm.FormC)).SelectMany(match => Word(match.Value))];

    private IEnumerable<int> Word(string word)
    {
        var parts = Encoding.UTF8.GetBytes(word).Select(value => characters[value]).ToList();
        while (true)
        {
            var best = Enumerable.Range(0, parts.Count - 1).Where(i => ranks.ContainsKey((parts[i], parts[i + 1]))).OrderBy(i => ranks[(parts[i], parts[i + 1])]).Cast<int?>().FirstOrDefault();
            if (best is not { } index)
            {
                return parts.Select(part => vocabulary[part]);
            }

            parts[index] += parts[index + 1];
            parts.RemoveAt(index + 1);
        }
    }

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Words();
}
