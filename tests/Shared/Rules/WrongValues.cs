using System.Globalization;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Rules.Values;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Tests.Shared.Rules;

/// <summary>Every way in which a value of one kind can be wrong.</summary>
internal static class WrongValues
{
    private static readonly string TooLong = "/" + new string('x', ScalarLength.Max);

    /// <summary>Wrong values of a kind, with words for each.</summary>
    public static IEnumerable<(string Wrong, object? Value)> Of(object kind) => kind switch
    {
        WholeNumberKind<int> number => Bounds(number.Min, number.Max),
        WholeNumberKind<long> number => [("below", number.Min - 1), ("far below", long.MinValue)],
        NumberKind number => Reals(number),
        OrWordKind<int> either => Of(either.Inner),
        OrWordKind<long> either => Of(either.Inner),
        OrWordKind<double> either => Of(either.Inner),
        PathKind => [("empty", string.Empty), ("too long", TooLong), ("with a NUL", "/a\0b")],
        TextKind => [("empty", string.Empty), ("too long", TooLong)],
        BudgetKind => Budgets(),
        MappedKind<string, RunId> => [("none", default(RunId))],
        ChoiceKind<string> => [("unknown", "nonesuch"), ("empty", string.Empty), ("too long", TooLong)],
        ListKind<string> => [("no item", Array.Empty<string>()), ("twice", (string[])["base", "base"]), ("unknown item", (string[])["base", "supressed"]), ("null item", new string?[] { null })],
        ListKind<double> => [("above", (double[])[0.9, 1]), ("below", (double[])[-0.1, 0.9]), ("NaN", (double[])[double.NaN, 0.9])],
        _ when EnumerationOf(kind) is { } enumeration => [("undefined", Enum.ToObject(enumeration, 99)), ("negative", Enum.ToObject(enumeration, -1))],
        _ => [],
    };

    /// <summary>Whether a program cannot hold a wrong value of the kind.</summary>
    public static bool IsAlwaysRight(object kind) => kind is FlagKind or WholeNumberKind<ulong>;

    private static Type? EnumerationOf(object kind) =>
        kind.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ChoiceKind<>) && type.GenericTypeArguments[0].IsEnum
            ? type.GenericTypeArguments[0]
            : null;

    private static IEnumerable<(string Wrong, object? Value)> Bounds(int min, int max)
    {
        yield return ("below", min - 1);
        yield return ("far below", int.MinValue);
        if (max < int.MaxValue)
        {
            yield return ("above", max + 1);
            yield return ("far above", int.MaxValue);
        }
    }

    private static IEnumerable<(string Wrong, object? Value)> Reals(NumberKind number)
    {
        double?[] outside =
        [
            number.Min is { } min ? double.BitDecrement(min) : null,
            number.Above,
            number.Max is { } max ? double.BitIncrement(max) : null,
            number.Below,
            (number.Min ?? number.Above) - 3,
            (number.Max ?? number.Below) + 3,
            double.NaN,
            double.PositiveInfinity,
            double.NegativeInfinity,
        ];
        return outside.OfType<double>().Select(value => (value.ToString("R", CultureInfo.InvariantCulture), (object?)value));
    }

    private static IEnumerable<(string Wrong, object? Value)> Budgets()
    {
        double[] shares = [5, 1.01, 0, -0.1, double.NaN, double.PositiveInfinity, double.NegativeInfinity];
        foreach (var share in shares)
        {
            yield return ($"share {share.ToString(CultureInfo.InvariantCulture)}", TokenBudget.OfShare(share));
        }

        yield return ("count below", TokenBudget.OfCount(-1));
        yield return ("neither", default(TokenBudget));
        yield return ("both", new TokenBudget { Share = 0.1, Count = 5 });
    }
}
