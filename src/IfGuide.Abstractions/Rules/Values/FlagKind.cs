using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules.Grammar;

namespace IfGuide.Abstractions.Rules.Values;

/// <summary><c>true</c> or <c>false</c>.</summary>
internal sealed class FlagKind : ScalarKind<bool>
{
    /// <inheritdoc/>
    public override string Expected => "true or false";

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["type"] = "boolean" };

    /// <inheritdoc/>
    protected override bool TryRead(ScalarNode scalar, KeyPlace place, out bool value)
    {
        value = scalar.Text == "true";
        return scalar is { IsPlain: true, Text: "true" or "false" };
    }

    /// <inheritdoc/>
    protected override string WriteText(bool value) => value ? "true" : "false";
}
