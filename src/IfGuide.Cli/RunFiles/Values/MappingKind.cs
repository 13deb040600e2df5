using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace IfGuide.Cli.RunFiles.Values;

/// <summary>A mapping that is read later, where its keys are known.</summary>
/// <param name="expected">Completes the sentence "expected …".</param>
internal sealed class MappingKind(string expected) : ValueKind<YamlMappingNode>
{
    public override string Expected => expected;

    public override YamlMappingNode Read(YamlNode node, KeyPlace place) => node as YamlMappingNode ?? throw place.Unexpected(node, expected);

    public override JsonObject Schema() => new() { ["type"] = "object" };
}
