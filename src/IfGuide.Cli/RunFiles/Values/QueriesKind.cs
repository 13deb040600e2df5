using System.Text.Json.Nodes;
using IfGuide.Abstractions.Specification;
using YamlDotNet.RepresentationModel;

namespace IfGuide.Cli.RunFiles.Values;

/// <summary>Query sets: the keys of one pair, or names of behaviours with a pair each; <c>max_length</c> beside either.</summary>
/// <param name="pair">The one pair.</param>
/// <param name="behaviours">Named pairs.</param>
/// <param name="shared">The key that stands beside them.</param>
internal sealed class QueriesKind(Section<QueriesSpec> pair, BehaviourMapKind<BehaviourSpec> behaviours, Key<QueriesSpec> shared) : ValueKind<QueriesSpec>, ISectionNames
{
    private static readonly string[] PairKeys = ["toxic", "nontoxic"];

    public override string Expected => $"{pair.Expected}, or names of behaviours with a mapping of toxic and nontoxic each";

    public IEnumerable<string> Names => pair.Names;

    public override QueriesSpec Read(YamlNode node, KeyPlace place)
    {
        if (node is not YamlMappingNode mapping)
        {
            throw place.Unexpected(node, Expected);
        }

        var named = mapping.Children.Where(child => Name(child.Key) != shared.Name).ToList();
        if (named.Count == 0 || named.Any(child => PairKeys.Contains(Name(child.Key))))
        {
            return named.FirstOrDefault(child => child.Value is YamlMappingNode inner && inner.Children.Keys.Any(key => PairKeys.Contains(Name(key)))) is { Key: { } behaviour }
                ? throw place.Error(behaviour, $"'{place.Name}' holds the behaviour '{Name(behaviour)}' beside a pair without a name; give that pair a name too, as in {place.Name}: {{ some-name: {{ toxic: …, nontoxic: … }}, {Name(behaviour)}: … }}.")
                : pair.Read(node, place);
        }

        var queries = new QueriesSpec { Behaviours = [.. named.Select(child => behaviours.Entry(child.Key, child.Value, place)).Select(entry => entry.Value with { Name = entry.Name })] };
        return mapping.Children.Where(child => Name(child.Key) == shared.Name).Aggregate(queries, (spec, child) => shared.Read(spec, child.Value, place.Child(shared.Name)));
    }

    public override JsonObject Schema()
    {
        var named = behaviours.Schema();
        named["properties"] = new JsonObject { [shared.Name] = shared.Schema() };
        return new JsonObject { ["oneOf"] = new JsonArray(pair.Schema(), named) };
    }

    private static string? Name(YamlNode node) => (node as YamlScalarNode)?.Value;
}
