using IfGuide.Measures.Sources;

namespace IfGuide.Measures.Reports;

/// <summary>How dense the code of one project is: what <see cref="Limits"/> bounds, counted.</summary>
/// <param name="Statements">Statements of more than <see cref="Limits.StatementTokens"/> own tokens.</param>
/// <param name="Lines">Lines of code, messages left out, of more than <see cref="Limits.LineLength"/> characters.</param>
/// <param name="Nested"><c>?:</c> inside another.</param>
/// <param name="Conditionals"><c>?:</c> per 1,000 lines of code, rounded up.</param>
/// <param name="FunctionTokens">Ninth decile of the tokens of a function.</param>
public sealed record Density(int Statements, int Lines, int Nested, int Conditionals, int FunctionTokens)
{
    /// <summary>Where every project shall be in the end.</summary>
    public static Density Aim { get; } = new(0, 0, 0, Limits.ConditionalsPerThousand, Limits.FunctionTokens);

    /// <summary>Measures the files of one project, at least one.</summary>
    public static Density Measure(IReadOnlyList<SourceFile> files)
    {
        var statements = files.SelectMany(StatementReader.Read).Count(statement => statement.IsTooLong);
        var lines = files.SelectMany(LineReader.Read).Count(line => line.IsTooLong);
        var conditionals = files.SelectMany(ExpressionReader.ReadConditionals).ToList();
        var nested = conditionals.Count(conditional => conditional.IsNested);
        var perLine = (double)conditionals.Count / files.Sum(file => file.CodeLines);
        var tokens = new Distribution(files.SelectMany(FunctionReader.Read).Select(function => function.Tokens));
        return new Density(statements, lines, nested, (int)Math.Ceiling(1000 * perLine), tokens.GetQuantile(0.9));
    }
}
