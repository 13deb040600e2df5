using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Abstractions.Rules.Values;

/// <summary>Query sets: the keys of one pair, or names of behaviours with a pair each; <c>max_length</c> beside either.</summary>
/// <param name="pair">The one pair.</param>
/// <param name="behaviours">Named pairs.</param>
/// <param name="shared">The key that stands beside them.</param>
internal sealed class QueriesKind(Section<QueriesSpec> pair, BehaviourMapKind<BehaviourSpec> behaviours, Key<QueriesSpec> shared)
    : ValueKind<QueriesSpec>, ISection
{
    private static readonly string[] PairKeys = ["toxic", "nontoxic"];

    /// <inheritdoc/>
    public override string Expected => $"{pair.Expected}, or names of behaviours with a mapping of toxic and nontoxic each";

    /// <inheritdoc/>
    public IEnumerable<string> Names => pair.Names;

    /// <inheritdoc/>
    public IReadOnlyList<IKey> Rows => pair.Rows;

    /// <inheritdoc/>
    public object Initial => pair.Initial;

    /// <inheritdoc/>
    public IReadOnlyList<string> Required => pair.Required;

    /// <inheritdoc/>
    public IReadOnlyList<(string Key, string Beside)> OnlyBeside => pair.OnlyBeside;

    /// <inheritdoc/>
    public override QueriesSpec Read(Node node, KeyPlace place)
    {
        if (node is not MappingNode mapping)
        {
            throw place.Unexpected(node, Expected);
        }

        MappingEntry[] named = [.. mapping.Children.Where(child => child.Name != shared.Name)];
        if (named.Length == 0 || named.Any(IsPairKey))
        {
            RefuseNamesBesideAPair(named, place);
            return pair.Read(node, place);
        }

        var queries = new QueriesSpec
        {
            Behaviours = [.. behaviours.ReadEntries(named, place).Select(entry => entry.Value with { Name = entry.Name })],
        };
        foreach (var child in mapping.Children.Except(named))
        {
            queries = shared.Read(queries, child.Value, place.Child(shared.Name));
        }

        return queries;
    }

    /// <inheritdoc/>
    public override Node Write(QueriesSpec value)
    {
        if (value.Behaviours is null || pair.Write(value) is not MappingNode mapping)
        {
            return pair.Write(value);
        }

        var named = behaviours.WriteEntries(value.Behaviours.Select(behaviour => (behaviour?.Name!, behaviour!)));
        return new MappingNode([.. mapping.Children, .. named]);
    }

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var named = behaviours.Schema();
        named["maxProperties"] = BehaviourMapKind<BehaviourSpec>.MaxEntries + 1;
        named["properties"] = new JsonObject { [shared.Name] = shared.Schema() };
        return new JsonObject { ["oneOf"] = new JsonArray(pair.Schema(), named) };
    }

    private static bool IsPairKey(MappingEntry entry) => PairKeys.Contains(entry.Name);

    private static bool HoldsPair(Node node) => node is MappingNode inner && inner.Children.Any(IsPairKey);

    private static void RefuseNamesBesideAPair(MappingEntry[] named, KeyPlace place)
    {
        var behaviour = named.FirstOrDefault(child => !IsPairKey(child) && HoldsPair(child.Value));
        if (behaviour is not null)
        {
            throw place.Error(
                behaviour.Key,
                $"'{place.Name}' holds the behaviour '{behaviour.Name}' beside a pair without a name; give that pair a name too, "
                + $"as in {place.Name}: {{ some-name: {{ toxic: …, nontoxic: … }}, {behaviour.Name}: … }}.");
        }
    }
}
