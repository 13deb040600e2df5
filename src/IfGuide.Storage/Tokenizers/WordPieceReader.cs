using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Tokenizers;

namespace IfGuide.Storage.Tokenizers;

/// <summary>Reads a WordPiece tokenizer as BERT has it.</summary>
/// <param name="path">The file, for messages.</param>
/// <param name="root">The tokenizer.json.</param>
internal sealed class WordPieceReader(string path, JsonObject root)
{
    /// <summary>Reads the function from a text to its token ids, without special tokens.</summary>
    /// <exception cref="IfGuide.Abstractions.UserErrorException">The tokenizer is of a kind that is not supported.</exception>
    public Func<string, IReadOnlyList<int>> Read()
    {
        var vocabulary = ReadVocabulary();
        var options = ReadNormaliser();
        SetSpecialTokens(options, vocabulary);
        using var lines = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', vocabulary)));
        var tokenizer = BertTokenizer.Create(lines, options);

        // The tokenizer would drop tabs and line ends, and join words.
        return text => tokenizer.EncodeToIds(string.Concat(text.Select(ToSpace)), addSpecialTokens: false);
    }

    /// <summary>The tokens by id.</summary>
    private string[] ReadVocabulary()
    {
        var vocab = ClassifierJson.Get(ClassifierJson.Get(root, "model"), "vocab").AsObject();
        var entries = vocab.Select(entry => (Token: entry.Key, Id: (int)ClassifierJson.Require(entry.Value, entry.Key)));
        var ordered = entries.OrderBy(entry => entry.Id).ToArray();
        if (ordered.Where((entry, index) => entry.Id != index).Any())
        {
            throw ClassifierJson.DescribeUnsupported(path, "a WordPiece vocabulary whose ids leave gaps");
        }

        return [.. ordered.Select(entry => entry.Token)];
    }

    private BertOptions ReadNormaliser()
    {
        var normalizer = root["normalizer"];
        if ((string?)normalizer?["type"] is { } type and not "BertNormalizer")
        {
            throw ClassifierJson.DescribeUnsupported(path, $"the normalizer '{type}' of a WordPiece model");
        }

        var lower = ReadFlag(normalizer, "lowercase") ?? false;
        return new BertOptions
        {
            LowerCaseBeforeTokenization = lower,
            RemoveNonSpacingMarks = ReadFlag(normalizer, "strip_accents") ?? lower,
            IndividuallyTokenizeCjk = ReadFlag(normalizer, "handle_chinese_chars") ?? true,
        };
    }

    private void SetSpecialTokens(BertOptions options, string[] vocabulary)
    {
        var known = ReadAddedTokens();
        known.UnionWith(vocabulary);
        options.UnknownToken = (string?)root["model"]?["unk_token"] ?? "[UNK]";
        options.ClassificationToken = RequireToken("[CLS]");
        options.SeparatorToken = RequireToken("[SEP]");
        options.PaddingToken = RequireToken("[PAD]");
        options.MaskingToken = RequireToken("[MASK]");

        string RequireToken(string name)
        {
            if (!known.Contains(name))
            {
                throw ClassifierJson.DescribeUnsupported(path, $"a WordPiece vocabulary without {name}");
            }

            return name;
        }
    }

    private HashSet<string> ReadAddedTokens()
    {
        var tokens = root["added_tokens"]?.AsArray() ?? [];
        return tokens.Select(token => (string)ClassifierJson.Get(token, "content")!).ToHashSet(StringComparer.Ordinal);
    }

    private static bool? ReadFlag(JsonNode? normalizer, string name) => (bool?)normalizer?[name];

    private static char ToSpace(char character) => char.IsWhiteSpace(character) ? ' ' : character;
}
