using System.Text.Json.Nodes;
using IfGuide.Cli.RunFiles.Values;
using YamlDotNet.RepresentationModel;

namespace IfGuide.Cli.RunFiles;

/// <summary>A mapping of known keys that becomes one immutable record.</summary>
/// <param name="initial">The record with every default.</param>
/// <param name="keys">The table of keys.</param>
internal sealed class Section<T>(Func<T> initial, params IReadOnlyList<Key<T>> keys) : ValueKind<T>, ISectionNames
{
    /// <summary>Keys that must stand.</summary>
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>Two keys of which exactly one must stand.</summary>
    public (string First, string Second)? Alternatives { get; init; }

    /// <summary>Keys that may stand only beside another.</summary>
    public IReadOnlyList<(string Key, string Beside)> OnlyBeside { get; init; } = [];

    /// <summary>A rule over several keys: the key to blame and what is wrong with it; null when all is well.</summary>
    public Func<T, (string Key, string Wrong)?>? Rule { get; init; }

    public override string Expected => "a mapping with the keys " + string.Join(", ", keys.Select(key => key.Name));

    public IEnumerable<string> Names => keys.SelectMany(key => key.Below.Select(below => $"{key.Name}.{below}").Prepend(key.Name));

    public override T Read(YamlNode node, KeyPlace place)
    {
        if (node is not YamlMappingNode mapping)
        {
            throw place.Unexpected(node, Expected);
        }

        var section = initial();
        var present = new Dictionary<string, YamlNode>();
        foreach (var (nameNode, value) in mapping.Children)
        {
            var name = (nameNode as YamlScalarNode)?.Value ?? throw place.Error(nameNode, $"a key must be a word; expected one of: {KnownKeys}.");
            var key = keys.FirstOrDefault(key => key.Name == name) ?? throw Unknown(nameNode, name, place);
            section = key.Read(section, value, place.Child(name));
            present[name] = nameNode;
        }

        CheckPresence(mapping, present, place);
        if (Rule?.Invoke(section) is { } broken)
        {
            throw place.Error(present.GetValueOrDefault(broken.Key, mapping), $"'{place.Qualified(broken.Key)}' {broken.Wrong}.");
        }

        return section;
    }

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
            schema["oneOf"] = new JsonArray(new JsonObject { ["required"] = Words([first]) }, new JsonObject { ["required"] = Words([second]) });
        }

        if (OnlyBeside.Count > 0)
        {
            schema["dependentRequired"] = new JsonObject(OnlyBeside.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Words([pair.Beside]))));
        }

        return schema;
    }

    private string KnownKeys => string.Join(", ", keys.Select(key => key.Name));

    private void CheckPresence(YamlMappingNode mapping, Dictionary<string, YamlNode> present, KeyPlace place)
    {
        foreach (var name in Required.Where(name => !present.ContainsKey(name)))
        {
            throw place.Error(mapping, $"'{place.Qualified(name)}' is missing: {Describe(name)}");
        }

        if (Alternatives is var (first, second) && present.ContainsKey(first) == present.ContainsKey(second))
        {
            throw present.TryGetValue(second, out var blamed)
                ? place.Error(blamed, $"'{place.Qualified(first)}' and '{place.Qualified(second)}' exclude each other; keep one.")
                : place.Error(mapping, $"{(place.Name.Length == 0 ? "the run file" : $"'{place.Name}'")} has neither '{first}' nor '{second}'; give one of them.");
        }

        foreach (var (key, beside) in OnlyBeside.Where(pair => present.ContainsKey(pair.Key) && !present.ContainsKey(pair.Beside)))
        {
            throw place.Error(present[key], $"'{place.Qualified(key)}' has a meaning only beside '{beside}', which is not there; remove it.");
        }
    }

    private string Describe(string name) => keys.First(key => key.Name == name).Meaning;

    private Abstractions.UserErrorException Unknown(YamlNode node, string name, KeyPlace place)
    {
        // A key in the wrong section is a commoner mistake than three typing errors in one word.
        var here = NearestName.Of(name, keys.Select(key => key.Name));
        var elsewhere = RunFileKeys.Root.Names.FirstOrDefault(known => known.EndsWith('.' + name, StringComparison.Ordinal));
        var meant = NearestName.Distance(name, here) > Math.Max(2, name.Length / 3) && elsewhere is not null ? elsewhere : place.Qualified(here);
        return place.Error(node, $"unknown key '{place.Qualified(name)}'; did you mean '{meant}'? Keys here: {KnownKeys}.");
    }

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(word => (JsonNode)word)]);
}
