using System.Globalization;
using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Abstractions.Rules.Values;

/// <summary>A share of the corpus' tokens such as <c>2%</c>, or a count of tokens.</summary>
internal sealed class BudgetKind : ScalarKind<TokenBudget>
{
    // A decimal holds 28 digits: shares that are smaller would be read as nothing.
    private const string PercentFormat = "0.############################";

    /// <inheritdoc/>
    public override string Expected => "a share such as 2% (above 0%, at most 100%), or a whole number of tokens";

    /// <inheritdoc/>
    public override JsonObject Schema() => new()
    {
        ["oneOf"] = new JsonArray(
            new JsonObject { ["type"] = "string", ["pattern"] = @"^[0-9]+(\.[0-9]+)?%$" },
            new JsonObject { ["type"] = "integer", ["minimum"] = 0 }),
    };

    /// <summary>Reads a budget outside a run file.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="budget">The budget.</param>
    public static bool TryParse(string text, out TokenBudget budget)
    {
        budget = default;
        if (text.EndsWith('%'))
        {
            const NumberStyles Form = NumberStyles.AllowDecimalPoint;
            var isNumber = decimal.TryParse(text.AsSpan()[..^1], Form, CultureInfo.InvariantCulture, out var percent);
            if (!isNumber || percent is <= 0 or > 100)
            {
                return false;
            }

            // In decimal, 2% is the float nearest to 0.02, not 2 / 100 rounded twice.
            budget = TokenBudget.OfShare((double)(percent / 100));
            return true;
        }

        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        budget = TokenBudget.OfCount(count);
        return true;
    }

    /// <inheritdoc/>
    protected override bool TryRead(ScalarNode scalar, KeyPlace place, out TokenBudget value) => TryParse(scalar.Text, out value);

    /// <inheritdoc/>
    protected override string WriteText(TokenBudget value) => value switch
    {
        { Share: { } share, Count: { } count } => string.Create(CultureInfo.InvariantCulture, $"{WriteShare(share)} and {count}"),
        { Share: { } share } => WriteShare(share),
        { Count: { } count } => count.ToString(CultureInfo.InvariantCulture),
        _ => string.Empty,
    };

    private static string WriteShare(double share)
    {
        var percent = share * 100;
        var format = Math.Abs(percent) < 1e6 ? PercentFormat : "R";
        return percent.ToString(format, CultureInfo.InvariantCulture) + "%";
    }
}
