using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace IfGuide.Cli.RunFiles.Values;

/// <summary>One of a few words.</summary>
internal sealed class ChoiceKind<T>(params (string Word, T Value)[] choices) : ScalarKind<T>
{
    public override string Expected => choices.Length == 1
        ? choices[0].Word
        : string.Join(", ", choices[..^1].Select(choice => choice.Word)) + " or " + choices[^1].Word;

    public override JsonObject Schema() => new() { ["enum"] = new JsonArray([.. choices.Select(choice => (JsonNode)choice.Word)]) };

    protected override bool TryRead(string text, bool plain, KeyPlace place, out T value)
    {
        var found = Array.FindIndex(choices, choice => choice.Word == text);
        value = found < 0 ? default! : choices[found].Value;
        return found >= 0;
    }
}

/// <summary>A value, or a word (<c>auto</c>, <c>all</c>) that reads as null.</summary>
internal sealed class OrWordKind<T>(string word, ScalarKind<T> kind) : ValueKind<T?>
    where T : struct
{
    public override string Expected => $"{word} or {kind.Expected}";

    public override T? Read(YamlNode node, KeyPlace place)
    {
        if (node is YamlScalarNode scalar && scalar.Value == word)
        {
            return null;
        }

        return kind.TryReadScalar(node, place, out var value) ? value : throw place.Unexpected(node, Expected);
    }

    public override JsonObject Schema() => new() { ["oneOf"] = new JsonArray(new JsonObject { ["const"] = word }, kind.Schema()) };
}

/// <summary>A list of distinct values.</summary>
internal sealed class ListKind<T>(string expected, ScalarKind<T> kind, int least = 1, int? most = null, bool distinct = true) : ValueKind<IReadOnlyList<T>>
{
    public override string Expected => expected;

    public override IReadOnlyList<T> Read(YamlNode node, KeyPlace place)
    {
        if (node is not YamlSequenceNode list || list.Children.Count < least || list.Children.Count > most)
        {
            throw place.Unexpected(node, expected);
        }

        var values = new List<T>();
        foreach (var item in list.Children)
        {
            var value = kind.Read(item, place);
            if (distinct && values.Contains(value))
            {
                throw place.Error(item, $"'{place.Name}' names '{value}' twice; once is enough.");
            }

            values.Add(value);
        }

        return values;
    }

    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = kind.Schema(), ["minItems"] = least };
        if (most is not null)
        {
            schema["maxItems"] = most;
        }

        if (distinct)
        {
            schema["uniqueItems"] = true;
        }

        return schema;
    }
}

/// <summary>A section, or text that is short for it.</summary>
internal sealed class ShorthandKind<T>(ScalarKind<string> shorthand, Func<string, T> expand, ValueKind<T> section) : ValueKind<T>
{
    public override string Expected => $"{shorthand.Expected}, or {section.Expected}";

    public override T Read(YamlNode node, KeyPlace place) => node switch
    {
        YamlScalarNode => shorthand.TryReadScalar(node, place, out var text) ? expand(text) : throw place.Unexpected(node, Expected),
        _ => section.Read(node, place),
    };

    public override JsonObject Schema() => new() { ["oneOf"] = new JsonArray(shorthand.Schema(), section.Schema()) };
}

/// <summary>A kind whose value is turned into another.</summary>
internal sealed class MappedKind<TFrom, TTo>(ValueKind<TFrom> kind, Func<TFrom, TTo> map) : ValueKind<TTo>
{
    public override string Expected => kind.Expected;

    public override TTo Read(YamlNode node, KeyPlace place) => map(kind.Read(node, place));

    public override JsonObject Schema() => kind.Schema();
}
