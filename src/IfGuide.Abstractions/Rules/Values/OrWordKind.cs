using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules.Grammar;

namespace IfGuide.Abstractions.Rules.Values;

/// <summary>A value, or a word (<c>auto</c>, <c>all</c>) that reads as null.</summary>
/// <typeparam name="T">The value.</typeparam>
/// <param name="word">The word.</param>
/// <param name="kind">The value's kind.</param>
internal sealed class OrWordKind<T>(string word, ScalarKind<T> kind) : ValueKind<T?>
    where T : struct
{
    /// <inheritdoc/>
    public override string Expected => $"{word} or {kind.Expected}";

    /// <summary>The kind of a value.</summary>
    public ScalarKind<T> Inner => kind;

    /// <inheritdoc/>
    public override T? Read(Node node, KeyPlace place)
    {
        if (node is ScalarNode scalar && scalar.Text == word)
        {
            return null;
        }

        ScalarLength.Check(node, place);
        return kind.TryRead(node, place, out var value) ? value : throw place.Unexpected(node, Expected);
    }

    /// <inheritdoc/>
    public override Node Write(T? value) => value is { } some ? kind.Write(some) : new ScalarNode(word);

    /// <inheritdoc/>
    public override JsonObject Schema() =>
        new() { ["oneOf"] = new JsonArray(new JsonObject { ["const"] = word }, kind.Schema()) };
}
