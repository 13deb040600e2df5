using System.Text.Json;
using IfGuide.Abstractions;

namespace IfGuide.Storage.Tokenizers;

/// <summary>Reads a tokenizer.json of the Hugging Face tokenizers library and refuses by name what IfGuide does not compute.</summary>
internal sealed class TokenizerJson
{
    /// <summary>The words of GPT-2's ByteLevel pre-tokenizer.</summary>
    public const string ByteLevelPattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const int MaxIds = 1 << 22;

    private static readonly JsonDocumentOptions ParseOptions = new() { MaxDepth = 32 };
    private static readonly string[] UnsupportedFlags = ["byte_fallback", "dropout"];
    private static readonly string[] UnsupportedAffixes = ["continuing_subword_prefix", "end_of_word_suffix"];
    private static readonly string[] UnsupportedTokenFlags = ["single_word", "lstrip", "rstrip"];

    private readonly string path;

    private TokenizerJson(string path) => this.path = path;

    /// <summary>Reads a definition.</summary>
    /// <exception cref="UserErrorException">The file is damaged, or of a kind that is not supported; the message names what.</exception>
    public static TokenizerDefinition Read(string path, ReadOnlyMemory<byte> json)
    {
        var reader = new TokenizerJson(path);
        try
        {
            using var document = JsonDocument.Parse(json, ParseOptions);
            return reader.Read(document.RootElement);
        }
        catch (Exception failure)
            when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new UserErrorException(
                $"'{path}' is not a tokenizer.json of Hugging Face tokenizers: {failure.Message.TrimEnd('.')}. "
                + "Download it again, or save it with tokenizer.save_pretrained.",
                failure);
        }
    }

    private TokenizerDefinition Read(JsonElement root)
    {
        var model = root.GetProperty("model");
        CheckModel(model);
        var vocabulary = ReadVocabulary(model.GetProperty("vocab"));
        var added = ReadAddedTokens(root);
        CheckIds(added, vocabulary);
        var merges = ReadMerges(model.GetProperty("merges"), vocabulary);
        return new TokenizerDefinition
        {
            Vocabulary = vocabulary,
            Merges = merges,
            AddedTokens = added,
            WordPattern = ReadWordPattern(FindOptional(root, "pre_tokenizer")),
            NormalisesToFormC = ReadNormaliser(FindOptional(root, "normalizer")),
            IgnoresMerges = IsTrue(model, "ignore_merges"),
        };
    }

    private void CheckModel(JsonElement model)
    {
        var type = FindOptional(model, "type")?.GetString() ?? "BPE";
        if (type != "BPE")
        {
            throw DescribeUnsupported($"the model type '{type}'");
        }

        foreach (var flag in UnsupportedFlags)
        {
            if (FindOptional(model, flag) is { ValueKind: not JsonValueKind.False })
            {
                throw DescribeUnsupported($"'{flag}' of the model");
            }
        }

        foreach (var affix in UnsupportedAffixes)
        {
            if (FindOptional(model, affix) is { } value && !string.IsNullOrEmpty(value.GetString()))
            {
                throw DescribeUnsupported($"'{affix}' of the model");
            }
        }
    }

    private Dictionary<string, int> ReadVocabulary(JsonElement vocab)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var ids = new HashSet<int>();
        foreach (var entry in vocab.EnumerateObject())
        {
            var id = ReadId(entry.Value, entry.Name);
            if (!vocabulary.TryAdd(entry.Name, id) || !ids.Add(id))
            {
                throw DescribeDamage($"token '{entry.Name}' or id {id} stands in the vocabulary twice");
            }
        }

        RequireByteLevel(vocabulary);
        return vocabulary;
    }

    /// <remarks>Thirteen bytes occur in no UTF-8, and GPT-NeoX has no tokens for them.</remarks>
    private void RequireByteLevel(Dictionary<string, int> vocabulary)
    {
        var bytes = Enumerable.Range(0, 256).Where(value => value is not (0xc0 or 0xc1 or >= 0xf5));
        var tokens = bytes.Select(value => ByteAlphabet.GetCharacter((byte)value).ToString());
        var missing = tokens.Count(token => !vocabulary.ContainsKey(token));
        if (missing > 0)
        {
            throw DescribeUnsupported(
                $"a vocabulary that is not byte-level (it lacks tokens for {missing} of the 243 bytes that UTF-8 has)");
        }
    }

    /// <summary>Checks that tokens that stand in the vocabulary too have the same id there.</summary>
    private void CheckIds(List<AddedToken> added, Dictionary<string, int> vocabulary)
    {
        foreach (var token in added)
        {
            if (vocabulary.TryGetValue(token.Text, out var id) && id != token.Id)
            {
                throw DescribeDamage($"the added token '{token.Text}' has id {token.Id}, but id {id} in the vocabulary");
            }
        }
    }

    private List<(string, string)> ReadMerges(JsonElement merges, Dictionary<string, int> vocabulary)
    {
        var pairs = new List<(string, string)>(merges.GetArrayLength());
        foreach (var merge in merges.EnumerateArray())
        {
            var parts = ReadParts(merge);
            if (!IsMerge(parts, vocabulary))
            {
                throw DescribeDamage(
                    $"merge {pairs.Count} ('{string.Join(' ', parts)}') is not of two tokens whose union is a token");
            }

            pairs.Add((parts[0], parts[1]));
        }

        return pairs;
    }

    private static bool IsMerge(string[] parts, Dictionary<string, int> vocabulary)
    {
        if (parts.Length != 2 || !Array.TrueForAll(parts, vocabulary.ContainsKey))
        {
            return false;
        }

        return vocabulary.ContainsKey(parts[0] + parts[1]);
    }

    private static string[] ReadParts(JsonElement merge)
    {
        if (merge.ValueKind == JsonValueKind.String)
        {
            return merge.GetString()!.Split(' ');
        }

        return [.. merge.EnumerateArray().Select(part => part.GetString()!)];
    }

    private List<AddedToken> ReadAddedTokens(JsonElement root)
    {
        var tokens = new List<AddedToken>();
        if (FindOptional(root, "added_tokens") is not { } added)
        {
            return tokens;
        }

        foreach (var element in added.EnumerateArray())
        {
            var token = ReadAddedToken(element, tokens);
            tokens.Add(token);
        }

        return tokens;
    }

    private AddedToken ReadAddedToken(JsonElement token, List<AddedToken> others)
    {
        var text = token.GetProperty("content").GetString();
        foreach (var flag in UnsupportedTokenFlags)
        {
            if (IsTrue(token, flag))
            {
                throw DescribeUnsupported($"'{flag}' of the added token '{text}'");
            }
        }

        if (string.IsNullOrEmpty(text) || others.Exists(other => other.Text == text))
        {
            throw DescribeDamage($"the added token '{text}' is empty or stands there twice");
        }

        return new AddedToken(text, ReadId(token.GetProperty("id"), text), IsTrue(token, "normalized"));
    }

    private string ReadWordPattern(JsonElement? preTokenizer)
    {
        var steps = ReadSteps(preTokenizer, "pretokenizers");
        switch (steps)
        {
            case [var only] when IsByteLevel(only, splits: true):
                return ByteLevelPattern;
            case [var split, var last] when ReadType(split) == "Split" && IsByteLevel(last, splits: false):
                return ReadSplitPattern(split);
            default:
                throw DescribeUnsupported(
                    $"the pre-tokenizer '{FormatTypes(steps)}' (supported: ByteLevel, or Split followed by ByteLevel, without a prefix space)");
        }
    }

    private string ReadSplitPattern(JsonElement split)
    {
        var isolates = !IsTrue(split, "invert") && split.GetProperty("behavior").GetString() == "Isolated";
        if (!isolates || FindOptional(split.GetProperty("pattern"), "Regex") is not { } regex)
        {
            throw DescribeUnsupported("a Split pre-tokenizer that does not isolate the matches of a regular expression");
        }

        return regex.GetString()!;
    }

    private static bool IsByteLevel(JsonElement step, bool splits) =>
        ReadType(step) == "ByteLevel"
        && FindOptional(step, "add_prefix_space") is { ValueKind: JsonValueKind.False }
        && FindOptional(step, "use_regex") is { ValueKind: JsonValueKind.False } != splits;

    /// <summary>Whether text is brought to normalisation form C.</summary>
    private bool ReadNormaliser(JsonElement? normalizer)
    {
        var steps = ReadSteps(normalizer, "normalizers");
        return steps.Count switch
        {
            0 => false,
            1 when ReadType(steps[0]) == "NFC" => true,
            _ => throw DescribeUnsupported($"the normalizer '{FormatTypes(steps)}' (supported: none, or NFC)"),
        };
    }

    private static List<JsonElement> ReadSteps(JsonElement? step, string sequence) => step switch
    {
        null => [],
        { } only when ReadType(only) == "Sequence" => [.. only.GetProperty(sequence).EnumerateArray()],
        { } only => [only],
    };

    private static string FormatTypes(List<JsonElement> steps) => string.Join(", ", steps.Select(ReadType));

    private static string ReadType(JsonElement step) => step.GetProperty("type").GetString() ?? string.Empty;

    private static bool IsTrue(JsonElement element, string key) =>
        FindOptional(element, key) is { ValueKind: JsonValueKind.True };

    private static JsonElement? FindOptional(JsonElement element, string key)
    {
        if (element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null)
        {
            return value;
        }

        return null;
    }

    private int ReadId(JsonElement value, string token)
    {
        if (!value.TryGetInt32(out var id) || id is < 0 or >= MaxIds)
        {
            throw DescribeDamage($"token '{token}' has id {value}; ids are whole numbers from 0 to {MaxIds - 1}");
        }

        return id;
    }

    private UserErrorException DescribeUnsupported(string what) => new(
        $"The tokenizer '{path}' has {what}, which is not supported: IfGuide computes byte-level BPE as GPT-2, GPT-NeoX and Llama 3 have it.");

    private UserErrorException DescribeDamage(string what) =>
        new($"The tokenizer '{path}' is damaged: {what}. Download it again.");
}
