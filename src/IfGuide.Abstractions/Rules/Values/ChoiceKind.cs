using System.Globalization;
using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules.Grammar;

namespace IfGuide.Abstractions.Rules.Values;

/// <summary>One of a few words.</summary>
/// <typeparam name="T">What they mean.</typeparam>
/// <param name="choices">The words and their meanings.</param>
internal sealed class ChoiceKind<T>(params IReadOnlyList<(string Word, T Value)> choices) : ScalarKind<T>
{
    /// <inheritdoc/>
    public override string Expected
    {
        get
        {
            string[] words = [.. choices.Select(choice => choice.Word)];
            return words.Length == 1 ? words[0] : string.Join(", ", words[..^1]) + " or " + words[^1];
        }
    }

    /// <inheritdoc/>
    public override JsonObject Schema() =>
        new() { ["enum"] = new JsonArray([.. choices.Select(choice => (JsonNode)choice.Word)]) };

    /// <inheritdoc/>
    protected override bool TryRead(ScalarNode scalar, KeyPlace place, out T value)
    {
        foreach (var choice in choices)
        {
            if (choice.Word == scalar.Text)
            {
                value = choice.Value;
                return true;
            }
        }

        value = default!;
        return false;
    }

    /// <inheritdoc/>
    protected override string WriteText(T value)
    {
        foreach (var choice in choices)
        {
            if (Equals(choice.Value, value))
            {
                return choice.Word;
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value}");
    }
}
