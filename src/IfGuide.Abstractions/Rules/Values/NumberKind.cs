using System.Globalization;
using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules.Grammar;

namespace IfGuide.Abstractions.Rules.Values;

/// <summary>A real number within bounds.</summary>
internal sealed class NumberKind : ScalarKind<double>
{
    private const NumberStyles Form = NumberStyles.Float & ~NumberStyles.AllowLeadingWhite & ~NumberStyles.AllowTrailingWhite;

    private NumberKind()
    {
    }

    /// <summary>The least value.</summary>
    public double? Min { get; private init; }

    /// <summary>All values are greater.</summary>
    public double? Above { get; private init; }

    /// <summary>The largest value.</summary>
    public double? Max { get; private init; }

    /// <summary>All values are less.</summary>
    public double? Below { get; private init; }

    /// <inheritdoc/>
    public override string Expected
    {
        get
        {
            string?[] bounds =
            [
                Describe("at least", Min),
                Describe("above", Above),
                Describe("at most", Max),
                Describe("below", Below),
            ];
            return "a number " + string.Join(" and ", bounds.Where(bound => bound is not null));
        }
    }

    /// <summary>At least so much.</summary>
    public static NumberKind AtLeast(double min) => new() { Min = min };

    /// <summary>More than so much.</summary>
    public static NumberKind MoreThan(double above) => new() { Above = above };

    /// <summary>From the first, included, to the second, included.</summary>
    public static NumberKind From(double min, double max) => new() { Min = min, Max = max };

    /// <summary>Between the two, neither included.</summary>
    public static NumberKind Between(double above, double below) => new() { Above = above, Below = below };

    /// <summary>Above the first, up to the second.</summary>
    public static NumberKind AboveUpTo(double above, double max) => new() { Above = above, Max = max };

    /// <summary>From the first, included, to the second, not included.</summary>
    public static NumberKind FromBelow(double min, double below) => new() { Min = min, Below = below };

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = "number" };
        (string Name, double? Value)[] bounds =
        [
            ("minimum", Min),
            ("exclusiveMinimum", Above),
            ("maximum", Max),
            ("exclusiveMaximum", Below),
        ];
        foreach (var (name, value) in bounds.Where(bound => bound.Value is not null))
        {
            schema[name] = value;
        }

        return schema;
    }

    /// <inheritdoc/>
    protected override bool TryRead(ScalarNode scalar, KeyPlace place, out double value) =>
        double.TryParse(scalar.Text, Form, CultureInfo.InvariantCulture, out value) && scalar.IsPlain && IsWithin(value);

    /// <inheritdoc/>
    protected override string WriteText(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string? Describe(string word, double? value) =>
        value is null ? null : string.Create(CultureInfo.InvariantCulture, $"{word} {value}");

    private bool IsWithin(double value) =>
        double.IsFinite(value) && !(value < Min) && !(value <= Above) && !(value > Max) && !(value >= Below);
}
