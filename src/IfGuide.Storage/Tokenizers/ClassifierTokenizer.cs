using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;
using Microsoft.ML.Tokenizers;

namespace IfGuide.Storage.Tokenizers;

/// <summary>A tokenizer.json of a sequence classifier: WordPiece as BERT has it, or byte-level BPE as RoBERTa has it, with the special tokens around the text.</summary>
public sealed class ClassifierTokenizer
{
    private readonly Func<string, IReadOnlyList<int>> encode;
    private readonly int first;
    private readonly int last;

    private ClassifierTokenizer(Func<string, IReadOnlyList<int>> encode, (int First, int Last) around) => (this.encode, first, last) = (encode, around.First, around.Last);

    /// <summary>Loads a tokenizer.</summary>
    /// <param name="path">A tokenizer.json.</param>
    /// <exception cref="UserErrorException">The file is missing, damaged, or of a kind that is not supported; the message names what.</exception>
    public static ClassifierTokenizer Load(string path)
    {
        try
        {
            var root = JsonNode.Parse(File.ReadAllBytes(path), documentOptions: new JsonDocumentOptions { MaxDepth = 32 })?.AsObject() ?? throw new JsonException("it is empty");
            var around = Around(path, root["post_processor"]);
            return (string?)root["model"]?["type"] switch
            {
                "WordPiece" => new ClassifierTokenizer(WordPiece(path, root), around),
                "BPE" or null => new ClassifierTokenizer(BytePairs(path, root), around),
                var other => throw Unsupported(path, $"the model type '{other}'"),
            };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw UnreadableFile.Describe(path, failure);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException)
        {
            throw new UserErrorException($"'{path}' is not a tokenizer.json of Hugging Face tokenizers: {failure.Message.TrimEnd('.')}. Save it again with tokenizer.save_pretrained.", failure);
        }
    }

    /// <summary>Token ids of a text, special tokens included.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">At most so many; the text is cut on the right.</param>
    public int[] Encode(string text, int longest)
    {
        var tokens = encode(text);
        return [first, .. tokens.Take(Math.Max(0, longest - 2)), last];
    }

    private static Func<string, IReadOnlyList<int>> WordPiece(string path, JsonObject root)
    {
        var vocabulary = Of(Of(root, "model"), "vocab").AsObject().Select(entry => (Token: entry.Key, Id: (int)There(entry.Value, entry.Key))).OrderBy(entry => entry.Id).ToArray();
        if (vocabulary.Where((entry, index) => entry.Id != index).Any())
        {
            throw Unsupported(path, "a WordPiece vocabulary whose ids leave gaps");
        }

        var normalizer = root["normalizer"];
        if ((string?)normalizer?["type"] is { } type and not "BertNormalizer")
        {
            throw Unsupported(path, $"the normalizer '{type}' of a WordPiece model");
        }

        var lower = (bool?)normalizer?["lowercase"] ?? false;
        var special = root["added_tokens"]?.AsArray().Select(token => (string)Of(token, "content")!).ToHashSet(StringComparer.Ordinal) ?? [];
        string Named(params string[] names) => names.FirstOrDefault(name => special.Contains(name) || vocabulary.Any(entry => entry.Token == name))
            ?? throw Unsupported(path, $"a WordPiece vocabulary without {names[0]}");
        using var lines = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', vocabulary.Select(entry => entry.Token))));
        var tokenizer = BertTokenizer.Create(lines, new BertOptions
        {
            LowerCaseBeforeTokenization = lower,
            RemoveNonSpacingMarks = (bool?)normalizer?["strip_accents"] ?? lower,
            IndividuallyTokenizeCjk = (bool?)normalizer?["handle_chinese_chars"] ?? true,
            UnknownToken = (string?)root["model"]?["unk_token"] ?? "[UNK]",
            ClassificationToken = Named("[CLS]"),
            SeparatorToken = Named("[SEP]"),
            PaddingToken = Named("[PAD]"),
            MaskingToken = Named("[MASK]"),
        });
        return text => tokenizer.EncodeToIds(string.Concat(text.Select(character => char.IsWhiteSpace(character) ? ' ' : character)), addSpecialTokens: false); // it would drop tabs and line ends, and join words
    }

    /// <remarks>Only a text that holds a special token by name could tell its white-space flags; RoBERTa's mask has one.</remarks>
    private static Func<string, IReadOnlyList<int>> BytePairs(string path, JsonObject root)
    {
        foreach (var token in root["added_tokens"]?.AsArray() ?? [])
        {
            var flags = There(token, "added_tokens").AsObject();
            (flags["lstrip"], flags["rstrip"], flags["single_word"]) = (false, false, false);
        }

        var prefix = root["pre_tokenizer"] is JsonObject pre && (string?)pre["type"] == "ByteLevel" && ((bool?)pre["add_prefix_space"] ?? false);
        if (prefix)
        {
            root["pre_tokenizer"]!["add_prefix_space"] = false;
        }

        var tokenizer = TokenizerFile.Parse(path, Encoding.UTF8.GetBytes(root.ToJsonString()));
        return text => tokenizer.Encode(prefix && text.Length > 0 && !char.IsWhiteSpace(text[0]) ? " " + text : text);
    }

    /// <summary>The special tokens in front of and behind one text.</summary>
    private static (int First, int Last) Around(string path, JsonNode? processor)
    {
        switch ((string?)processor?["type"])
        {
            case "BertProcessing" or "RobertaProcessing":
                return (Second(processor, "cls"), Second(processor, "sep"));
            case "TemplateProcessing":
                var names = Of(processor, "single").AsArray().Select(piece => (string?)There(piece, "single")["SpecialToken"]?["id"]).ToArray();
                return names is [{ } start, null, { } end] ? (Special(processor!, start), Special(processor!, end)) : throw Unsupported(path, "a template that is not one token, the text, one token");
            case "Sequence":
                return Around(path, Of(processor, "processors").AsArray().LastOrDefault(step => (string?)There(step, "processors")["type"] != "ByteLevel"));
            default:
                throw Unsupported(path, "no post_processor that puts the classifier's tokens around a text");
        }
    }

    private static int Special(JsonNode processor, string name) => (int)There(Of(Of(Of(processor, "special_tokens"), name), "ids")[0], name);

    private static int Second(JsonNode? processor, string name) => (int)There(Of(processor, name)[1], name);

    private static JsonNode Of(JsonNode? node, string name) => There(There(node, name)[name], name);

    private static JsonNode There(JsonNode? node, string name) => node ?? throw new JsonException($"'{name}' is missing or null");

    private static UserErrorException Unsupported(string path, string what) =>
        new($"The tokenizer '{path}' has {what}, which is not supported: a classifier's tokenizer is WordPiece as BERT has it, or byte-level BPE as RoBERTa has it.");
}
