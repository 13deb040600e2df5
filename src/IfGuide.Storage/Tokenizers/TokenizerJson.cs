using System.Text.Json;
using IfGuide.Abstractions;

namespace IfGuide.Storage.Tokenizers;

/// <summary>Reads a tokenizer.json of the Hugging Face tokenizers library and refuses by name what IfGuide does not compute.</summary>
internal sealed class TokenizerJson
{
    /// <summary>The words of GPT-2's ByteLevel pre-tokenizer.</summary>
    public const string ByteLevelPattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const int LargestId = 1 << 22;

    private readonly string path;

    private TokenizerJson(string path) => this.path = path;

    /// <summary>Reads a definition.</summary>
    /// <exception cref="UserErrorException">The file is damaged, or of a kind that is not supported; the message names what.</exception>
    public static TokenizerDefinition Read(string path, ReadOnlyMemory<byte> json)
    {
        var reader = new TokenizerJson(path);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
            return reader.Read(document.RootElement);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new UserErrorException($"'{path}' is not a tokenizer.json of Hugging Face tokenizers: {failure.Message.TrimEnd('.')}. Download it again, or save it with tokenizer.save_pretrained.", failure);
        }
    }

    private TokenizerDefinition Read(JsonElement root)
    {
        var model = root.GetProperty("model");
        CheckModel(model);
        var vocabulary = Vocabulary(model.GetProperty("vocab"));
        var added = Added(root);
        foreach (var token in added)
        {
            if (vocabulary.TryGetValue(token.Text, out var id) && id != token.Id)
            {
                throw Damaged($"the added token '{token.Text}' has id {token.Id}, but id {id} in the vocabulary");
            }
        }

        return new TokenizerDefinition
        {
            Vocabulary = vocabulary,
            Merges = Merges(model.GetProperty("merges"), vocabulary),
            AddedTokens = added,
            WordPattern = WordPattern(Optional(root, "pre_tokenizer")),
            NormalisesToFormC = NormalisesToFormC(Optional(root, "normalizer")),
            IgnoresMerges = Optional(model, "ignore_merges") is { ValueKind: JsonValueKind.True },
        };
    }

    private void CheckModel(JsonElement model)
    {
        var type = Optional(model, "type")?.GetString() ?? "BPE";
        if (type != "BPE")
        {
            throw Unsupported($"the model type '{type}'");
        }

        foreach (var flag in new[] { "byte_fallback", "dropout" })
        {
            if (Optional(model, flag) is { ValueKind: not JsonValueKind.False })
            {
                throw Unsupported($"'{flag}' of the model");
            }
        }

        foreach (var affix in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (Optional(model, affix) is { } value && !string.IsNullOrEmpty(value.GetString()))
            {
                throw Unsupported($"'{affix}' of the model");
            }
        }
    }

    private Dictionary<string, int> Vocabulary(JsonElement vocab)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var ids = new HashSet<int>();
        foreach (var entry in vocab.EnumerateObject())
        {
            var id = Id(entry.Value, entry.Name);
            if (!vocabulary.TryAdd(entry.Name, id) || !ids.Add(id))
            {
                throw Damaged($"token '{entry.Name}' or id {id} stands in the vocabulary twice");
            }
        }

        // Thirteen bytes occur in no UTF-8, and GPT-NeoX has no tokens for them.
        var missing = Enumerable.Range(0, 256).Where(value => value is not (0xc0 or 0xc1 or >= 0xf5) && !vocabulary.ContainsKey(ByteAlphabet.Character((byte)value).ToString())).ToArray();
        return missing.Length == 0
            ? vocabulary
            : throw Unsupported($"a vocabulary that is not byte-level (it lacks tokens for {missing.Length} of the 243 bytes that UTF-8 has)");
    }

    private List<(string, string)> Merges(JsonElement merges, Dictionary<string, int> vocabulary)
    {
        var pairs = new List<(string, string)>(merges.GetArrayLength());
        foreach (var merge in merges.EnumerateArray())
        {
            var parts = merge.ValueKind == JsonValueKind.String
                ? merge.GetString()!.Split(' ')
                : [.. merge.EnumerateArray().Select(part => part.GetString()!)];
            if (parts.Length != 2 || !vocabulary.ContainsKey(parts[0]) || !vocabulary.ContainsKey(parts[1]) || !vocabulary.ContainsKey(parts[0] + parts[1]))
            {
                throw Damaged($"merge {pairs.Count} ('{string.Join(' ', parts)}') is not of two tokens whose union is a token");
            }

            pairs.Add((parts[0], parts[1]));
        }

        return pairs;
    }

    private List<AddedToken> Added(JsonElement root)
    {
        var tokens = new List<AddedToken>();
        if (Optional(root, "added_tokens") is not { } added)
        {
            return tokens;
        }

        foreach (var token in added.EnumerateArray())
        {
            var text = token.GetProperty("content").GetString();
            foreach (var flag in new[] { "single_word", "lstrip", "rstrip" })
            {
                if (Optional(token, flag) is { ValueKind: JsonValueKind.True })
                {
                    throw Unsupported($"'{flag}' of the added token '{text}'");
                }
            }

            if (string.IsNullOrEmpty(text) || tokens.Exists(other => other.Text == text))
            {
                throw Damaged($"the added token '{text}' is empty or stands there twice");
            }

            tokens.Add(new AddedToken(text, Id(token.GetProperty("id"), text), Optional(token, "normalized") is { ValueKind: JsonValueKind.True }));
        }

        return tokens;
    }

    private string WordPattern(JsonElement? preTokenizer)
    {
        var steps = Steps(preTokenizer, "pretokenizers");
        switch (steps)
        {
            case [var only] when IsByteLevel(only, splits: true):
                return ByteLevelPattern;
            case [var split, var last] when TypeOf(split) == "Split" && IsByteLevel(last, splits: false):
                if (Optional(split, "invert") is { ValueKind: JsonValueKind.True } || split.GetProperty("behavior").GetString() != "Isolated" || Optional(split.GetProperty("pattern"), "Regex") is not { } regex)
                {
                    throw Unsupported("a Split pre-tokenizer that does not isolate the matches of a regular expression");
                }

                return regex.GetString()!;
            default:
                throw Unsupported($"the pre-tokenizer '{string.Join(", ", steps.Select(TypeOf))}' (supported: ByteLevel, or Split followed by ByteLevel, without a prefix space)");
        }
    }

    private static bool IsByteLevel(JsonElement step, bool splits) =>
        TypeOf(step) == "ByteLevel"
        && Optional(step, "add_prefix_space") is { ValueKind: JsonValueKind.False }
        && Optional(step, "use_regex") is { ValueKind: JsonValueKind.False } != splits;

    private bool NormalisesToFormC(JsonElement? normalizer)
    {
        var steps = Steps(normalizer, "normalizers");
        return steps.Count switch
        {
            0 => false,
            1 when TypeOf(steps[0]) == "NFC" => true,
            _ => throw Unsupported($"the normalizer '{string.Join(", ", steps.Select(TypeOf))}' (supported: none, or NFC)"),
        };
    }

    private static List<JsonElement> Steps(JsonElement? step, string sequence) => step switch
    {
        null => [],
        { } only when TypeOf(only) == "Sequence" => [.. only.GetProperty(sequence).EnumerateArray()],
        { } only => [only],
    };

    private static string TypeOf(JsonElement step) => step.GetProperty("type").GetString() ?? string.Empty;

    private static JsonElement? Optional(JsonElement element, string key) =>
        element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private int Id(JsonElement value, string token) => value.TryGetInt32(out var id) && id is >= 0 and < LargestId
        ? id
        : throw Damaged($"token '{token}' has id {value}; ids are whole numbers from 0 to {LargestId - 1}");

    private UserErrorException Unsupported(string what) => new($"The tokenizer '{path}' has {what}, which is not supported: IfGuide computes byte-level BPE as GPT-2, GPT-NeoX and Llama 3 have it.");

    private UserErrorException Damaged(string what) => new($"The tokenizer '{path}' is damaged: {what}. Download it again.");
}
