using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules.Grammar;

namespace IfGuide.Abstractions.Rules.Values;

/// <summary>A list of values.</summary>
/// <typeparam name="T">The values.</typeparam>
/// <param name="expected">Completes the sentence "expected …".</param>
/// <param name="kind">The kind of the values.</param>
/// <param name="min">Least number of values.</param>
/// <param name="max">Largest number of values; null: any.</param>
/// <param name="isDistinct">Whether a value may stand only once.</param>
internal sealed class ListKind<T>(string expected, ScalarKind<T> kind, int min = 1, int? max = null, bool isDistinct = true)
    : ValueKind<IReadOnlyList<T>>
{
    /// <inheritdoc/>
    public override string Expected => expected;

    /// <summary>The kind of the values.</summary>
    public ScalarKind<T> Item => kind;

    /// <inheritdoc/>
    public override IReadOnlyList<T> Read(Node node, KeyPlace place)
    {
        if (node is not ListNode list || list.Items.Count < min || list.Items.Count > max)
        {
            throw place.Unexpected(node, expected);
        }

        var values = new List<T>();
        foreach (var item in list.Items)
        {
            var value = kind.Read(item, place);
            if (isDistinct && values.Contains(value))
            {
                throw place.Error(item, $"'{place.Name}' names '{value}' twice; once is enough.");
            }

            values.Add(value);
        }

        return values;
    }

    /// <inheritdoc/>
    public override Node Write(IReadOnlyList<T> value) => new ListNode([.. value.Select(kind.Write)]);

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = kind.Schema(), ["minItems"] = min };
        if (max is not null)
        {
            schema["maxItems"] = max;
        }

        if (isDistinct)
        {
            schema["uniqueItems"] = true;
        }

        return schema;
    }
}
