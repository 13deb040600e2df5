using IfGuide.Measures.Sources;

namespace IfGuide.Measures.Reports;

/// <summary>Prints the table that <c>SizeTests</c> holds, with the figures of today.</summary>
public static class Ratchet
{
    /// <summary>One line of C# for each project of <paramref name="files"/> that is not yet at <see cref="Density.Aim"/>.</summary>
    public static IEnumerable<string> Format(IEnumerable<SourceFile> files)
    {
        foreach (var project in files.GroupBy(file => $"{file.Area}/{file.Project}"))
        {
            var density = Density.Measure([.. project]);
            var conditionals = Math.Max(density.Conditionals, Density.Aim.Conditionals);
            var tokens = Math.Max(density.FunctionTokens, Density.Aim.FunctionTokens);
            var limit = density with { Conditionals = conditionals, FunctionTokens = tokens };
            if (limit != Density.Aim)
            {
                var counts = $"{limit.Statements}, {limit.Lines}, {limit.Nested}, {limit.Conditionals}, {limit.FunctionTokens}";
                yield return $"        [\"{project.Key}\"] = new({counts}),";
            }
        }
    }
}
