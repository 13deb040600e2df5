using System.Text.Json.Nodes;
using IfGuide.Cli.RunFiles.Values;
using YamlDotNet.RepresentationModel;

namespace IfGuide.Cli.RunFiles;

/// <summary>One row of the table of keys: name, meaning, kind of value, default, and how the value enters the section's record.</summary>
internal abstract class Key<TSection>
{
    public required string Name { get; init; }

    /// <summary>What the key means: the text that editors show.</summary>
    public required string Meaning { get; init; }

    /// <summary>The default as it would stand in a run file, in JSON; null: none, or one that depends on other keys.</summary>
    public string? Default { get; init; }

    public abstract TSection Read(TSection section, YamlNode node, KeyPlace place);

    /// <summary>Names of the keys below this one, in the form <c>selection.quantile</c>.</summary>
    public abstract IEnumerable<string> Below { get; }

    public abstract JsonObject Schema();
}

/// <summary>A key with its value's type.</summary>
internal sealed class Key<TSection, TValue>(ValueKind<TValue> kind, Func<TSection, TValue, TSection> with) : Key<TSection>
{
    public override TSection Read(TSection section, YamlNode node, KeyPlace place) => with(section, kind.Read(node, place));

    public override IEnumerable<string> Below => kind is ISectionNames section ? section.Names : [];

    public override JsonObject Schema()
    {
        var schema = kind.Schema();
        schema["description"] = Meaning;
        if (Default is not null)
        {
            schema["default"] = JsonNode.Parse(Default);
        }

        return schema;
    }
}

/// <summary>Makes rows of the table.</summary>
internal static class Key
{
    public static Key<TSection> Of<TSection, TValue>(
        string name, ValueKind<TValue> kind, Func<TSection, TValue, TSection> with, string meaning, string? @default = null) =>
        new Key<TSection, TValue>(kind, with) { Name = name, Meaning = meaning, Default = @default };
}

/// <summary>Something with keys.</summary>
internal interface ISectionNames
{
    /// <summary>Its keys and those below them, joined by dots.</summary>
    IEnumerable<string> Names { get; }
}
