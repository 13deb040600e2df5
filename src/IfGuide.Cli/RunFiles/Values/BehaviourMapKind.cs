using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace IfGuide.Cli.RunFiles.Values;

/// <summary>A mapping from names of behaviours to values, in the order of the file.</summary>
/// <param name="kind">The values.</param>
internal sealed class BehaviourMapKind<T>(ValueKind<T> kind) : ValueKind<IReadOnlyList<(string Name, T Value)>>
{
    public override string Expected => $"a mapping from names of behaviours, each {BehaviourName.Expected}, to {kind.Expected}";

    public override IReadOnlyList<(string Name, T Value)> Read(YamlNode node, KeyPlace place) =>
        node is YamlMappingNode { Children.Count: > 0 } mapping ? [.. mapping.Children.Select(pair => Entry(pair.Key, pair.Value, place))] : throw place.Unexpected(node, Expected);

    /// <summary>Reads one entry.</summary>
    /// <exception cref="Abstractions.UserErrorException">The name or the value is none.</exception>
    public (string Name, T Value) Entry(YamlNode name, YamlNode value, KeyPlace place) =>
        (name as YamlScalarNode)?.Value is { } text && BehaviourName.IsName(text)
            ? (text, kind.Read(value, place.Child(text)))
            : throw place.Error(name, $"'{place.Qualified((name as YamlScalarNode)?.Value ?? "…")}' is no name of a behaviour; expected {BehaviourName.Expected}.");

    public override JsonObject Schema() => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["minProperties"] = 1,
        ["patternProperties"] = new JsonObject { [BehaviourName.Pattern] = kind.Schema() },
    };
}

/// <summary>What a behaviour may be called.</summary>
internal static partial class BehaviourName
{
    /// <summary>The same for the schema: the keys of a single pair are no names.</summary>
    public const string Pattern = "^(?!(?:toxic|nontoxic)$)[a-z0-9][a-z0-9-]{0,30}$";

    /// <summary>Completes the sentence "expected …".</summary>
    public const string Expected = "1 to 31 characters of a-z, 0-9 and '-', the first a letter or a digit, neither toxic nor nontoxic";

    public static bool IsName(string text) => Form().IsMatch(text);

    [GeneratedRegex(@"^(?!(?:toxic|nontoxic)\z)[a-z0-9][a-z0-9-]{0,30}\z")]
    private static partial Regex Form();
}
