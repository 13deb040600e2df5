using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules.Grammar;

namespace IfGuide.Abstractions.Rules.Keys;

/// <summary>A classifier in one word.</summary>
internal sealed class ClassifierWordKind : ScalarKind<string>
{
    /// <inheritdoc/>
    public override string Expected => "lexicon, linear or { onnx: PATH }";

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^(lexicon|linear|onnx:.+)$" };

    /// <inheritdoc/>
    protected override bool TryRead(ScalarNode scalar, KeyPlace place, out string value)
    {
        value = scalar.Text;
        if (value is "lexicon" or "linear")
        {
            return true;
        }

        var path = new ClassifierChoice(value).OnnxPath?.Trim();
        if (string.IsNullOrEmpty(path) || path.Contains('\0'))
        {
            return false;
        }

        value = ClassifierChoice.OnnxPrefix + Path.GetFullPath(path, place.Folder);
        return true;
    }

    /// <inheritdoc/>
    protected override string WriteText(string value) => value;
}
