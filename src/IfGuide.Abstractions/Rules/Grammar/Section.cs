using System.Text.Json.Nodes;

namespace IfGuide.Abstractions.Rules.Grammar;

/// <summary>A mapping of known keys that becomes one immutable record.</summary>
/// <typeparam name="T">The record.</typeparam>
/// <param name="initial">The record with every default.</param>
/// <param name="keys">The table of keys.</param>
internal sealed class Section<T>(Func<T> initial, params IReadOnlyList<Key<T>> keys) : ValueKind<T>, ISection
{
    /// <summary>Keys that must stand.</summary>
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>Two keys of which exactly one must stand.</summary>
    public (string First, string Second)? Alternatives { get; init; }

    /// <summary>Keys that may stand only beside another.</summary>
    public IReadOnlyList<(string Key, string Beside)> OnlyBeside { get; init; } = [];

    /// <summary>A rule over several keys: the key to blame and what is wrong with it; null when all is well.</summary>
    public Func<T, (string Key, string Wrong)?>? Rule { get; init; }

    /// <summary>Takes out what has no meaning beside the other values; null: nothing.</summary>
    public Func<T, T>? Canonical { get; init; }

    /// <inheritdoc/>
    public override string Expected => "a mapping with the keys " + KnownKeys;

    /// <inheritdoc/>
    public IEnumerable<string> Names =>
        keys.SelectMany(key => key.Below.Select(below => $"{key.Name}.{below}").Prepend(key.Name));

    /// <inheritdoc/>
    public IReadOnlyList<IKey> Rows => keys;

    /// <inheritdoc/>
    public object Initial => initial()!;

    private string KnownKeys => string.Join(", ", keys.Select(key => key.Name));

    /// <inheritdoc/>
    public override T Read(Node node, KeyPlace place)
    {
        if (node is not MappingNode mapping)
        {
            throw place.Unexpected(node, Expected);
        }

        var section = initial();
        var present = new Dictionary<string, Node>();
        foreach (var (nameNode, value) in mapping.Children)
        {
            var key = Find(nameNode, place);
            if (!present.TryAdd(key.Name, nameNode))
            {
                throw place.Error(nameNode, $"'{place.Qualify(key.Name)}' stands twice; once is enough.");
            }

            section = key.Read(section, value, place.Child(key.Name));
        }

        CheckPresence(mapping, present, place);
        if (Rule?.Invoke(section) is { } broken)
        {
            throw place.Error(present.GetValueOrDefault(broken.Key, mapping), $"'{place.Qualify(broken.Key)}' {broken.Wrong}.");
        }

        return Canonical is null ? section : Canonical(section);
    }

    /// <inheritdoc/>
    public override Node Write(T value) => value is null ? ScalarNode.Empty : new MappingNode([.. Entries(value)]);

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject(keys.Select(key => KeyValuePair.Create(key.Name, (JsonNode?)key.Schema()))),
        };
        if (Required.Count > 0)
        {
            schema["required"] = Words(Required);
        }

        if (Alternatives is var (first, second))
        {
            schema["oneOf"] = new JsonArray(Require(first), Require(second));
        }

        if (OnlyBeside.Count > 0)
        {
            var pairs = OnlyBeside.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Words([pair.Beside])));
            schema["dependentRequired"] = new JsonObject(pairs);
        }

        return schema;
    }

    private IEnumerable<MappingEntry> Entries(T value)
    {
        var unset = initial();
        foreach (var key in keys)
        {
            if (key.Write(value, unset) is { } node)
            {
                yield return MappingEntry.Create(key.Name, node);
            }
        }
    }

    private Key<T> Find(Node node, KeyPlace place)
    {
        if (node is not ScalarNode { Text: var name })
        {
            throw place.Error(node, $"a key must be a word; expected one of: {KnownKeys}.");
        }

        return keys.FirstOrDefault(key => key.Name == name) ?? throw Unknown(node, name, place);
    }

    private void CheckPresence(MappingNode mapping, Dictionary<string, Node> present, KeyPlace place)
    {
        foreach (var name in Required.Where(name => !present.ContainsKey(name)))
        {
            throw place.Error(mapping, $"'{place.Qualify(name)}' is missing: {Describe(name)}");
        }

        CheckAlternatives(mapping, present, place);
        foreach (var (key, beside) in OnlyBeside)
        {
            if (present.TryGetValue(key, out var alone) && !present.ContainsKey(beside))
            {
                throw place.Error(
                    alone,
                    $"'{place.Qualify(key)}' has a meaning only beside '{beside}', which is not there; remove it.");
            }
        }
    }

    private void CheckAlternatives(MappingNode mapping, Dictionary<string, Node> present, KeyPlace place)
    {
        if (Alternatives is not var (first, second) || present.ContainsKey(first) != present.ContainsKey(second))
        {
            return;
        }

        throw present.TryGetValue(second, out var blamed)
            ? place.Error(blamed, $"'{place.Qualify(first)}' and '{place.Qualify(second)}' exclude each other; keep one.")
            : place.Error(mapping, $"{place.Words} has neither '{first}' nor '{second}'; give one of them.");
    }

    private string Describe(string name) => keys.First(key => key.Name == name).Meaning;

    private UserErrorException Unknown(Node node, string name, KeyPlace place)
    {
        // A key in the wrong section is a commoner mistake than three typing errors in one word.
        var here = NearestName.Of(name, keys.Select(key => key.Name));
        var elsewhere = place.Known.FirstOrDefault(known => known.EndsWith('.' + name, StringComparison.Ordinal));
        var isFar = NearestName.Distance(name, here) > Math.Max(2, name.Length / 3);
        var meant = isFar && elsewhere is not null ? elsewhere : place.Qualify(here);
        return place.Error(node, $"unknown key '{place.Qualify(name)}'; did you mean '{meant}'? Keys here: {KnownKeys}.");
    }

    private static JsonObject Require(string key) => new() { ["required"] = Words([key]) };

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(word => (JsonNode)word)]);
}
