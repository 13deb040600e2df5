using System.Globalization;
using System.Text.Json.Nodes;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Cli.RunFiles.Values;

/// <summary>A share of the corpus' tokens such as <c>2%</c>, or a count of tokens.</summary>
internal sealed class BudgetKind : ScalarKind<TokenBudget>
{
    public override string Expected => "a share such as 2% (above 0%, at most 100%), or a whole number of tokens";

    public override JsonObject Schema() => new()
    {
        ["oneOf"] = new JsonArray(
            new JsonObject { ["type"] = "string", ["pattern"] = @"^[0-9]+(\.[0-9]+)?%$" },
            new JsonObject { ["type"] = "integer", ["minimum"] = 0 }),
    };

    /// <summary>Reads a budget outside a run file.</summary>
    public static bool TryParse(string text, out TokenBudget budget)
    {
        budget = default;
        if (text.EndsWith('%'))
        {
            if (!decimal.TryParse(text.AsSpan()[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) || percent is <= 0 or > 100)
            {
                return false;
            }

            budget = TokenBudget.OfShare((double)(percent / 100)); // decimal: 2% is the float nearest to 0.02, not 2 / 100 rounded twice
            return true;
        }

        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        budget = TokenBudget.OfCount(count);
        return true;
    }

    protected override bool TryRead(string text, bool plain, KeyPlace place, out TokenBudget value) => TryParse(text, out value);
}
