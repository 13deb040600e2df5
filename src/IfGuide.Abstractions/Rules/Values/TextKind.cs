using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules.Grammar;

namespace IfGuide.Abstractions.Rules.Values;

/// <summary>Text.</summary>
/// <param name="expected">Completes the sentence "expected …".</param>
/// <param name="accepts">Which texts are accepted; null: all.</param>
/// <param name="pattern">The same as an ECMAScript pattern, for the schema.</param>
internal sealed class TextKind(string expected, Func<string, bool>? accepts = null, string? pattern = null) : ScalarKind<string>
{
    /// <inheritdoc/>
    public override string Expected => expected;

    /// <inheritdoc/>
    public override JsonObject Schema() => pattern is null
        ? new() { ["type"] = "string", ["maxLength"] = ScalarLength.Max }
        : new() { ["type"] = "string", ["pattern"] = pattern };

    /// <inheritdoc/>
    protected override bool TryRead(ScalarNode scalar, KeyPlace place, out string value)
    {
        value = scalar.Text;
        return accepts?.Invoke(value) ?? true;
    }

    /// <inheritdoc/>
    protected override string WriteText(string value) => value;
}
