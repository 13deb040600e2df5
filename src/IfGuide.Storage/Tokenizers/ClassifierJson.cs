using System.Text.Json;
using System.Text.Json.Nodes;
using IfGuide.Abstractions;

namespace IfGuide.Storage.Tokenizers;

/// <summary>Steps through the tokenizer.json of a classifier.</summary>
internal static class ClassifierJson
{
    /// <summary>The value under a key.</summary>
    /// <exception cref="JsonException">The node or the value is missing or null.</exception>
    public static JsonNode Get(JsonNode? node, string name) => Require(Require(node, name)[name], name);

    /// <summary>The node itself.</summary>
    /// <exception cref="JsonException">It is missing or null; the message names it.</exception>
    public static JsonNode Require(JsonNode? node, string name) =>
        node ?? throw new JsonException($"'{name}' is missing or null");

    /// <summary>Describes something that is not supported.</summary>
    public static UserErrorException DescribeUnsupported(string path, string what) => new(
        $"The tokenizer '{path}' has {what}, which is not supported: "
        + "a classifier's tokenizer is WordPiece as BERT has it, or byte-level BPE as RoBERTa has it.");
}
