using System.Text.Json;
using System.Text.Json.Nodes;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Tokenizers;

/// <summary>A tokenizer.json of a sequence classifier: WordPiece as BERT has it, or byte-level BPE as RoBERTa has it.</summary>
/// <remarks>Puts the classifier's special tokens around the text.</remarks>
public sealed class ClassifierTokenizer
{
    private static readonly JsonDocumentOptions ParseOptions = new() { MaxDepth = 32 };

    private readonly Func<string, IReadOnlyList<int>> encode;
    private readonly SpecialTokenPair around;

    private ClassifierTokenizer(Func<string, IReadOnlyList<int>> encode, SpecialTokenPair around)
    {
        this.encode = encode;
        this.around = around;
    }

    /// <summary>Loads a tokenizer.</summary>
    /// <param name="path">A tokenizer.json.</param>
    /// <exception cref="UserErrorException">The file is missing, damaged, or of a kind that is not supported; the message names what.</exception>
    public static ClassifierTokenizer Load(string path)
    {
        try
        {
            var root = JsonNode.Parse(File.ReadAllBytes(path), documentOptions: ParseOptions)?.AsObject();
            return Read(path, root ?? throw new JsonException("it is empty"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw UnreadableFile.Describe(path, failure);
        }
        catch (Exception failure) when (IsOfDamagedFile(failure))
        {
            throw new UserErrorException(
                $"'{path}' is not a tokenizer.json of Hugging Face tokenizers: {failure.Message.TrimEnd('.')}. "
                + "Save it again with tokenizer.save_pretrained.",
                failure);
        }
    }

    /// <summary>Token ids of a text, special tokens included.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">At most so many; the text is cut on the right.</param>
    public int[] Encode(string text, int maxLength)
    {
        var tokens = encode(text);
        return [around.First, .. tokens.Take(Math.Max(0, maxLength - 2)), around.Last];
    }

    private static ClassifierTokenizer Read(string path, JsonObject root)
    {
        var around = SpecialTokenPair.Read(path, root["post_processor"]);
        return new ClassifierTokenizer(ReadEncoder(path, root), around);
    }

    private static Func<string, IReadOnlyList<int>> ReadEncoder(string path, JsonObject root)
    {
        var type = (string?)root["model"]?["type"];
        return type switch
        {
            "WordPiece" => new WordPieceReader(path, root).Read(),
            "BPE" or null => RobertaReader.Read(path, root),
            _ => throw ClassifierJson.DescribeUnsupported(path, $"the model type '{type}'"),
        };
    }

    private static bool IsOfDamagedFile(Exception failure) => failure
        is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException;
}
