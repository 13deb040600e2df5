using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules.Grammar;

namespace IfGuide.Abstractions.Rules.Values;

/// <summary>A path; a relative one starts at the run file's folder.</summary>
/// <param name="expected">Completes the sentence "expected …".</param>
internal sealed class PathKind(string expected) : ScalarKind<string>
{
    /// <inheritdoc/>
    public override string Expected => expected;

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["type"] = "string", ["maxLength"] = ScalarLength.Max };

    /// <inheritdoc/>
    protected override bool TryRead(ScalarNode scalar, KeyPlace place, out string value)
    {
        value = scalar.Text.Contains('\0') ? string.Empty : Path.GetFullPath(scalar.Text, place.Folder);
        return value.Length > 0;
    }

    /// <inheritdoc/>
    protected override string WriteText(string value) => value;
}
