using System.Globalization;
using System.Text;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature.Reference;

[CollectionDefinition(Name)]
public sealed class GoldenCollection : ICollectionFixture<GoldenFixture>
{
    public const string Name = "goldens of the curvature";
}

/// <summary>Keeps the runs that several golden tests share, and writes the worst error of each kind of artifact to TestResults/golden-errors.md.</summary>
public sealed class GoldenFixture : IDisposable
{
    private readonly Dictionary<(string, string, ScalarType), GoldenRun> runs = [];
    private readonly Dictionary<(string Artifact, string Family, string Precision), (double Error, double Tolerance, int Comparisons)> worst = [];

    private readonly Dictionary<(string What, string Family), (double Correlation, double Bound)> correlations = [];

    internal GoldenRun Run(string family, string set, ScalarType precision)
    {
        if (!runs.TryGetValue((family, set, precision), out var run))
        {
            runs.Add((family, set, precision), run = new GoldenRun(family, set, precision));
        }

        return run;
    }

    /// <summary>Records an error and fails when it exceeds the tolerance.</summary>
    internal void Check(string artifact, string family, ScalarType precision, string file, double error, double tolerance)
    {
        var key = (artifact, family, precision == ScalarType.Float64 ? "float64" : "float32");
        var (before, allowed, comparisons) = worst.GetValueOrDefault(key);
        worst[key] = (double.IsNaN(error) ? error : Math.Max(before, error), Math.Max(allowed, tolerance), comparisons + 1);
        Assert.True(error <= tolerance, $"{file} in {key.Item3}: relative error {error:e2} exceeds {tolerance:e2}");
    }

    /// <summary>Records a rank or linear correlation and fails when it does not exceed the bound.</summary>
    internal void CheckCorrelation(string what, string family, double correlation, double bound)
    {
        correlations[(what, family)] = (correlation, bound);
        Assert.True(correlation > bound, $"{what}, {family}: {correlation:f5} does not exceed {bound}");
    }

    public void Dispose()
    {
        foreach (var run in runs.Values)
        {
            run.Dispose();
        }

        if (worst.Count > 0)
        {
            var folder = Directory.CreateDirectory(Path.Combine(Golden.Root, "..", "..", "TestResults")).FullName;
            File.WriteAllText(Path.Combine(folder, "golden-errors.md"), Table());
        }
    }

    private string Table()
    {
        var text = new StringBuilder("Worst max|a - b| / max|b| against the reference implementation, over all files of a kind.\n\n");
        text.Append("| artifact | model | precision | comparisons | worst error | tolerance |\n|---|---|---|---|---|---|\n");
        foreach (var ((artifact, family, precision), (error, tolerance, comparisons)) in worst.OrderBy(entry => entry.Key, Comparer<(string, string, string)>.Default))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {artifact} | {family} | {precision} | {comparisons} | {error:0.0e-0} | {tolerance:0e-0} |\n");
        }

        text.Append("\n| correlation | model | measured | bound |\n|---|---|---|---|\n");
        foreach (var ((what, family), (correlation, bound)) in correlations.OrderBy(entry => entry.Key, Comparer<(string, string)>.Default))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {what} | {family} | {correlation:f5} | {bound} |\n");
        }

        return text.ToString();
    }
}
