using IfGuide.Measures.Sources;

namespace IfGuide.Measures.Reports;

/// <summary>What is declared, where, with how many parameters and under which names.</summary>
public static class DeclarationMetrics
{
    /// <summary>The rows for the types and members of <paramref name="files"/>.</summary>
    public static IEnumerable<Metric> Measure(IReadOnlyList<SourceFile> files)
    {
        var types = files.Select(file => Declarations.ReadTopTypes(file).Count()).Where(count => count > 0).ToList();
        var sealing = Declarations.ReadSealing(files).ToList();
        var members = files.SelectMany(Declarations.ReadPublic).ToList();
        yield return new("one type a file", Metric.FormatShare(types.Count(count => count == 1), types.Count));
        yield return new("sealed or static", Metric.FormatShare(sealing.Count(isSealed => isSealed), sealing.Count));
        var documented = members.Count(member => member.IsDocumented);
        yield return new("public members documented", Metric.FormatShare(documented, members.Count));
        yield return new("namespace = folder", Metric.FormatShare(files.Count(Declarations.HasNamespaceOfFolder), files.Count));
    }

    /// <summary>The rows for the methods and constructors of <paramref name="files"/>.</summary>
    public static IEnumerable<Metric> MeasureSignatures(IReadOnlyList<SourceFile> files)
    {
        var parameters = new Distribution(files.SelectMany(Declarations.ReadParameterCounts));
        var constructors = new Distribution(files.SelectMany(Declarations.ReadConstructorParameterCounts));
        var names = files.SelectMany(Declarations.ReadMethodNames).ToList();
        yield return new("parameters p90/max", parameters.Format(0.9, 1));
        yield return new("constructor parameters p90/max", constructors.Format(0.9, 1));
        yield return new("methods of one word", Metric.FormatShare(names.Count(name => name.IsOneWord), names.Count));
    }
}
