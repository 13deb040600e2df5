using System.Globalization;
using System.Text.Json.Nodes;

namespace IfGuide.Cli.RunFiles.Values;

/// <summary>Text.</summary>
/// <param name="expected">Completes the sentence "expected …".</param>
/// <param name="accepts">Which texts are accepted; null: all.</param>
/// <param name="pattern">The same as an ECMAScript pattern, for the schema.</param>
internal sealed class TextKind(string expected, Func<string, bool>? accepts = null, string? pattern = null) : ScalarKind<string>
{
    public override string Expected => expected;

    public override JsonObject Schema() => pattern is null ? new() { ["type"] = "string" } : new() { ["type"] = "string", ["pattern"] = pattern };

    protected override bool TryRead(string text, bool plain, KeyPlace place, out string value)
    {
        value = text;
        return accepts?.Invoke(text) ?? true;
    }
}

/// <summary>A path; a relative one starts at the run file's folder.</summary>
/// <param name="expected">Completes the sentence "expected …".</param>
internal sealed class PathKind(string expected) : ScalarKind<string>
{
    public override string Expected => expected;

    public override JsonObject Schema() => new() { ["type"] = "string" };

    protected override bool TryRead(string text, bool plain, KeyPlace place, out string value)
    {
        value = text.Contains('\0') ? string.Empty : Path.GetFullPath(text, place.Folder);
        return value.Length > 0;
    }
}

/// <summary><c>true</c> or <c>false</c>.</summary>
internal sealed class FlagKind : ScalarKind<bool>
{
    public override string Expected => "true or false";

    public override JsonObject Schema() => new() { ["type"] = "boolean" };

    protected override bool TryRead(string text, bool plain, KeyPlace place, out bool value)
    {
        value = text == "true";
        return plain && text is "true" or "false";
    }
}

/// <summary>A whole number within bounds, both included.</summary>
internal sealed class WholeNumberKind(long least, long most = long.MaxValue) : ScalarKind<long>
{
    /// <summary>A count that fits an <see cref="int"/>.</summary>
    public static WholeNumberKind Count(int least = 1, int most = int.MaxValue) => new(least, most);

    public override string Expected => most is long.MaxValue or int.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"a whole number of at least {least}")
        : string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");

    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = "integer", ["minimum"] = least };
        if (most is not (long.MaxValue or int.MaxValue))
        {
            schema["maximum"] = most;
        }

        return schema;
    }

    protected override bool TryRead(string text, bool plain, KeyPlace place, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && plain && value >= least && value <= most;
}

/// <summary>A real number within bounds.</summary>
internal sealed class NumberKind : ScalarKind<double>
{
    private readonly double? least, above, most, below;

    private NumberKind(double? least = null, double? above = null, double? most = null, double? below = null) =>
        (this.least, this.above, this.most, this.below) = (least, above, most, below);

    public static NumberKind AtLeast(double least) => new(least: least);

    public static NumberKind Above(double above) => new(above: above);

    /// <summary>From the first, included, to the second, included.</summary>
    public static NumberKind From(double least, double most) => new(least: least, most: most);

    /// <summary>Between the two, neither included.</summary>
    public static NumberKind Between(double above, double below) => new(above: above, below: below);

    /// <summary>Above the first, up to the second.</summary>
    public static NumberKind AboveUpTo(double above, double most) => new(above: above, most: most);

    /// <summary>From the first, included, to the second, not included.</summary>
    public static NumberKind FromBelow(double least, double below) => new(least: least, below: below);

    public override string Expected
    {
        get
        {
            string?[] bounds = [Bound("at least", least), Bound("above", above), Bound("at most", most), Bound("below", below)];
            return "a number " + string.Join(" and ", bounds.Where(bound => bound is not null));
        }
    }

    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = "number" };
        (string Name, double? Value)[] bounds = [("minimum", least), ("exclusiveMinimum", above), ("maximum", most), ("exclusiveMaximum", below)];
        foreach (var (name, value) in bounds.Where(bound => bound.Value is not null))
        {
            schema[name] = value;
        }

        return schema;
    }

    protected override bool TryRead(string text, bool plain, KeyPlace place, out double value) =>
        double.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowLeadingWhite & ~NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out value)
        && plain && double.IsFinite(value) && !(value < least) && !(value <= above) && !(value > most) && !(value >= below);

    private static string? Bound(string word, double? value) => value is null ? null : string.Create(CultureInfo.InvariantCulture, $"{word} {value}");
}
