using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules.Grammar;

namespace IfGuide.Abstractions.Rules.Values;

/// <summary>A whole number within bounds.</summary>
/// <typeparam name="T">Its type.</typeparam>
/// <param name="min">The least value.</param>
/// <param name="max">The largest value; null: what the type holds.</param>
internal sealed class WholeNumberKind<T>(T min, T? max = null) : ScalarKind<T>
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>The least value.</summary>
    public T Min => min;

    /// <summary>The largest value.</summary>
    public T Max => max ?? T.MaxValue;

    /// <inheritdoc/>
    public override string Expected => max is null
        ? string.Create(CultureInfo.InvariantCulture, $"a whole number of at least {min}")
        : string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}");

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = "integer", ["minimum"] = long.CreateChecked(min) };
        if (max is { } bound)
        {
            schema["maximum"] = long.CreateChecked(bound);
        }

        return schema;
    }

    /// <inheritdoc/>
    protected override bool TryRead(ScalarNode scalar, KeyPlace place, out T value) =>
        T.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
        && scalar.IsPlain
        && value >= min
        && value <= Max;

    /// <inheritdoc/>
    protected override string WriteText(T value) => string.Create(CultureInfo.InvariantCulture, $"{value}");
}
