using IfGuide.Measures.Sources;

namespace IfGuide.Measures.Reports;

/// <summary>Sizes of functions, statements and expressions. "Per 1,000" means per 1,000 of <see cref="SourceFile.CodeLines"/>.</summary>
public static class CodeMetrics
{
    private const int LongFunction = 40;

    /// <summary>The rows for the functions of <paramref name="files"/>.</summary>
    public static IEnumerable<Metric> MeasureFunctions(IReadOnlyList<SourceFile> files)
    {
        var functions = files.SelectMany(FunctionReader.Read).ToList();
        var lines = new Distribution(functions.Select(function => function.Lines));
        var tokens = new Distribution(functions.Select(function => function.Tokens));
        var complexity = new Distribution(functions.Select(function => function.Complexity));
        var nesting = new Distribution(functions.Select(function => function.Nesting));
        yield return new("fn lines p50/p90/p99/max", lines.Format(0.5, 0.9, 0.99, 1));
        yield return new("fn over 40 lines", $"{lines.GetPercentOver(LongFunction):0.0} %");
        yield return new("fn tokens p50/p90/p99/max", tokens.Format(0.5, 0.9, 0.99, 1));
        yield return new("cyclomatic p90/p99", complexity.Format(0.9, 0.99));
        yield return new("nesting p90/max", nesting.Format(0.9, 1));
    }

    /// <summary>The rows for the statements of <paramref name="files"/>: the simple ones, as in comparisons, then all by their own tokens.</summary>
    public static IEnumerable<Metric> MeasureStatements(IReadOnlyList<SourceFile> files)
    {
        var statements = files.SelectMany(StatementReader.Read).ToList();
        var simple = new Distribution(statements.Where(statement => statement.IsSimple).Select(statement => statement.AllTokens));
        yield return new("statement tokens p50/p90/p99", simple.Format(0.5, 0.9, 0.99));
        yield return new("statements over 60 tokens", $"{simple.GetPercentOver(Limits.StatementTokens):0.0} %");
        var tooLong = statements.Count(statement => statement.IsTooLong);
        yield return new("statements over 60 own tokens", $"{tooLong} of {statements.Count}");
    }

    /// <summary>The rows for the expressions of <paramref name="files"/>.</summary>
    public static IEnumerable<Metric> MeasureExpressions(IReadOnlyList<SourceFile> files)
    {
        var thousands = files.Sum(file => file.CodeLines) / 1000.0;
        var conditionals = files.SelectMany(ExpressionReader.ReadConditionals).ToList();
        var nested = conditionals.Count(conditional => conditional.IsNested) / thousands;
        var chains = files.Sum(file => ExpressionReader.ReadChains(file).Count()) / thousands;
        yield return new("`?:` (nested) per 1,000", $"{conditionals.Count / thousands:0.0} ({nested:0.0})");
        yield return new("chains of 4 calls per 1,000", $"{chains:0.0}");
    }
}
