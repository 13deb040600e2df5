using System.Text;
using System.Text.Json.Nodes;

namespace IfGuide.Storage.Tests.Tokenizers;

/// <summary>Hand-made tokenizer.json files: the 256 bytes as ids 0 to 255, then the tokens given, then added tokens.</summary>
internal static class TinyTokenizer
{
    public const string LlamaPattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>GPT-NeoX style; each merge is of two texts.</summary>
    public static JsonObject NeoX(params (string Left, string Right)[] merges)
    {
        var root = Common(merges.Select(merge => merge.Left + merge.Right), merges);
        root["normalizer"] = new JsonObject { ["type"] = "NFC" };
        root["pre_tokenizer"] = ByteLevel();
        return root;
    }

    /// <summary>Llama 3 style: words that are tokens stay whole, whatever the merges say.</summary>
    public static JsonObject Llama(IEnumerable<string> tokens, params (string Left, string Right)[] merges)
    {
        var root = Common(tokens, merges);
        var split = new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = LlamaPattern }, ["behavior"] = "Isolated", ["invert"] = false };
        var bytes = ByteLevel();
        bytes["use_regex"] = false;
        root["pre_tokenizer"] = new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(split, bytes) };
        root["post_processor"] = new JsonObject { ["type"] = "TemplateProcessing" };
        root["model"]!["ignore_merges"] = true;
        Added(root).Clear();
        Add(root, "<|begin_of_text|>");
        Add(root, "<|end_of_text|>");
        return root;
    }

    /// <summary>Adds a token that is found in the text.</summary>
    public static int Add(JsonObject root, string text, bool normalised = false)
    {
        var id = root["model"]!["vocab"]!.AsObject().Count + Added(root).Count;
        Added(root).Add(new JsonObject { ["id"] = id, ["content"] = text, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = normalised, ["special"] = true });
        return id;
    }

    public static int IdOf(JsonObject root, string text) => root["model"]!["vocab"]![Write(text)]!.GetValue<int>();

    private static JsonObject Common(IEnumerable<string> tokens, (string Left, string Right)[] merges)
    {
        var vocabulary = new JsonObject();
        for (var value = 0; value < 256; value++)
        {
            vocabulary[Character((byte)value)] = value;
        }

        foreach (var token in tokens)
        {
            vocabulary[Write(token)] = vocabulary.Count;
        }

        var root = new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)$"{Write(merge.Left)} {Write(merge.Right)}")]),
            },
        };
        Add(root, "<|endoftext|>");
        return root;
    }

    private static JsonArray Added(JsonObject root) => root["added_tokens"]!.AsArray();

    private static JsonObject ByteLevel() => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true };

    private static string Write(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(Character));

    /// <summary>GPT-2's bytes_to_unicode, written out from its definition.</summary>
    private static string Character(byte value)
    {
        bool Printable(int other) => other is >= 33 and <= 126 or >= 161 and <= 172 or >= 174 and <= 255;
        return Printable(value) ? ((char)value).ToString() : ((char)(256 + Enumerable.Range(0, value).Count(other => !Printable(other)))).ToString();
    }
}
