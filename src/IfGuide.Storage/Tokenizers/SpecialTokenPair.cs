using System.Text.Json.Nodes;

namespace IfGuide.Storage.Tokenizers;

/// <summary>The ids of the special tokens in front of and behind one text.</summary>
/// <param name="First">The token in front.</param>
/// <param name="Last">The token behind.</param>
internal sealed record SpecialTokenPair(int First, int Last)
{
    /// <summary>Reads the pair from a post-processor.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="processor">The post-processor; null: none.</param>
    /// <exception cref="IfGuide.Abstractions.UserErrorException">The post-processor is of another kind.</exception>
    public static SpecialTokenPair Read(string path, JsonNode? processor)
    {
        switch ((string?)processor?["type"])
        {
            case "BertProcessing" or "RobertaProcessing":
                return new SpecialTokenPair(ReadPairedId(processor, "cls"), ReadPairedId(processor, "sep"));
            case "TemplateProcessing":
                return ReadTemplate(path, processor!);
            case "Sequence":
                return Read(path, FindLastStep(processor));
            default:
                throw ClassifierJson.DescribeUnsupported(
                    path, "no post_processor that puts the classifier's tokens around a text");
        }
    }

    private static SpecialTokenPair ReadTemplate(string path, JsonNode processor)
    {
        var pieces = ClassifierJson.Get(processor, "single").AsArray();
        if (pieces.Select(ReadSpecialName).ToArray() is not [{ } start, null, { } end])
        {
            throw ClassifierJson.DescribeUnsupported(path, "a template that is not one token, the text, one token");
        }

        return new SpecialTokenPair(ReadSpecialId(processor, start), ReadSpecialId(processor, end));
    }

    private static string? ReadSpecialName(JsonNode? piece) =>
        (string?)ClassifierJson.Require(piece, "single")["SpecialToken"]?["id"];

    private static JsonNode? FindLastStep(JsonNode? sequence)
    {
        var steps = ClassifierJson.Get(sequence, "processors").AsArray();
        return steps.LastOrDefault(step => (string?)ClassifierJson.Require(step, "processors")["type"] != "ByteLevel");
    }

    private static int ReadSpecialId(JsonNode processor, string name)
    {
        var token = ClassifierJson.Get(ClassifierJson.Get(processor, "special_tokens"), name);
        return (int)ClassifierJson.Require(ClassifierJson.Get(token, "ids")[0], name);
    }

    private static int ReadPairedId(JsonNode? processor, string name) =>
        (int)ClassifierJson.Require(ClassifierJson.Get(processor, name)[1], name);
}
