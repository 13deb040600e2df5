using System.Text;
using System.Text.Json.Nodes;

namespace IfGuide.Storage.Tokenizers;

/// <summary>Reads a byte-level BPE tokenizer as RoBERTa has it.</summary>
internal static class RobertaReader
{
    /// <summary>Reads the function from a text to its token ids, without special tokens.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="root">The tokenizer.json; changed.</param>
    /// <remarks>
    /// Drops the white-space flags of special tokens; RoBERTa's mask has one.
    /// Only a text that holds a special token by name could tell the difference.
    /// </remarks>
    /// <exception cref="IfGuide.Abstractions.UserErrorException">The tokenizer is of a kind that is not supported.</exception>
    public static Func<string, IReadOnlyList<int>> Read(string path, JsonObject root)
    {
        foreach (var token in root["added_tokens"]?.AsArray() ?? [])
        {
            var flags = ClassifierJson.Require(token, "added_tokens").AsObject();
            (flags["lstrip"], flags["rstrip"], flags["single_word"]) = (false, false, false);
        }

        var addsSpace = TakePrefixSpace(root);
        var tokenizer = TokenizerFile.Parse(path, Encoding.UTF8.GetBytes(root.ToJsonString()));
        if (!addsSpace)
        {
            return tokenizer.Encode;
        }

        return text => tokenizer.Encode(AddSpace(text));
    }

    /// <summary>Switches the pre-tokenizer's own prefix space off; true when it was on.</summary>
    private static bool TakePrefixSpace(JsonObject root)
    {
        if (root["pre_tokenizer"] is not JsonObject step || (string?)step["type"] != "ByteLevel")
        {
            return false;
        }

        if ((bool?)step["add_prefix_space"] is not true)
        {
            return false;
        }

        step["add_prefix_space"] = false;
        return true;
    }

    private static string AddSpace(string text)
    {
        if (text.Length == 0 || char.IsWhiteSpace(text[0]))
        {
            return text;
        }

        return " " + text;
    }
}
