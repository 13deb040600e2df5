using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules.Grammar;

namespace IfGuide.Abstractions.Rules.Values;

/// <summary>A mapping from names of behaviours to values, in the order of the file.</summary>
/// <typeparam name="T">The values.</typeparam>
/// <param name="kind">Their kind.</param>
internal sealed class BehaviourMapKind<T>(ValueKind<T> kind) : ValueKind<IReadOnlyList<(string Name, T Value)>>
{
    /// <summary>Each behaviour is a direction that every scoring pass holds in memory.</summary>
    public const int MaxEntries = 1000;

    /// <summary>The kind of the values.</summary>
    public ValueKind<T> Entry => kind;

    /// <inheritdoc/>
    public override string Expected => $"a mapping from names of behaviours, each {BehaviourName.Expected}, to {kind.Expected}";

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, T Value)> Read(Node node, KeyPlace place)
    {
        if (node is not MappingNode { Children: { Count: > 0 } entries })
        {
            throw place.Unexpected(node, Expected);
        }

        return ReadEntries(entries, place);
    }

    /// <summary>Reads entries.</summary>
    /// <param name="entries">What was written.</param>
    /// <param name="place">Where.</param>
    /// <exception cref="UserErrorException">A name or a value is none, a name stands twice, or there are too many.</exception>
    public IReadOnlyList<(string Name, T Value)> ReadEntries(IReadOnlyList<MappingEntry> entries, KeyPlace place)
    {
        if (entries.Count > MaxEntries)
        {
            var wrong = $"{place.Words} names {entries.Count} behaviours; expected at most {MaxEntries}.";
            throw place.Error(entries[MaxEntries].Key, wrong);
        }

        var names = new HashSet<string>();
        var read = new List<(string Name, T Value)>();
        foreach (var (key, value) in entries)
        {
            var name = ReadName(key, place);
            if (!names.Add(name))
            {
                throw place.Error(key, $"{place.Words} names '{name}' twice; once is enough.");
            }

            read.Add((name, kind.Read(value, place.Child(name))));
        }

        return read;
    }

    /// <inheritdoc/>
    public override Node Write(IReadOnlyList<(string Name, T Value)> value) => new MappingNode(WriteEntries(value));

    /// <summary>Writes entries.</summary>
    /// <param name="values">Names and values.</param>
    public IReadOnlyList<MappingEntry> WriteEntries(IEnumerable<(string Name, T Value)> values) =>
        [.. values.Select(entry => MappingEntry.Create(entry.Name, kind.Write(entry.Value)))];

    /// <inheritdoc/>
    public override JsonObject Schema() => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["minProperties"] = 1,
        ["maxProperties"] = MaxEntries,
        ["patternProperties"] = new JsonObject { [BehaviourName.Pattern] = kind.Schema() },
    };

    private static string ReadName(Node key, KeyPlace place)
    {
        var text = (key as ScalarNode)?.Text;
        if (text is null || !BehaviourName.IsName(text))
        {
            var found = place.Qualify(text ?? "…");
            throw place.Error(key, $"'{found}' is no name of a behaviour; expected {BehaviourName.Expected}.");
        }

        return text;
    }
}
