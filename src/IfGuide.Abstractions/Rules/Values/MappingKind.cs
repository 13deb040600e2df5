using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules.Grammar;

namespace IfGuide.Abstractions.Rules.Values;

/// <summary>A mapping that is read later, where its keys are known.</summary>
/// <param name="expected">Completes the sentence "expected …".</param>
internal sealed class MappingKind(string expected) : ValueKind<MappingNode>
{
    /// <inheritdoc/>
    public override string Expected => expected;

    /// <inheritdoc/>
    public override MappingNode Read(Node node, KeyPlace place) => node as MappingNode ?? throw place.Unexpected(node, expected);

    /// <inheritdoc/>
    public override Node Write(MappingNode value) => value;

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["type"] = "object" };
}
