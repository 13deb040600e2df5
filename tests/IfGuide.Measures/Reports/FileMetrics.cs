using IfGuide.Measures.Sources;

namespace IfGuide.Measures.Reports;

/// <summary>Sizes of files, folders and lines. "Code over 130" leaves messages out; see <see cref="CodeLine.IsMessage"/>.</summary>
public static class FileMetrics
{
    private const int SmallFile = 25;

    /// <summary>The rows for <paramref name="files"/>, of which there is at least one.</summary>
    public static IEnumerable<Metric> Measure(IReadOnlyList<SourceFile> files)
    {
        var lines = new Distribution(files.Select(file => file.Lines));
        var small = files.Count(file => file.Lines <= SmallFile);
        var folders = files.GroupBy(file => (file.Project, file.Folder)).ToList();
        yield return new("files / lines", $"{files.Count} / {files.Sum(file => file.Lines):N0}");
        yield return new("lines of code", $"{files.Sum(file => file.CodeLines):N0}");
        yield return new("file lines p50/p90/max", lines.Format(0.5, 0.9, 1));
        yield return new("files of at most 25 lines", Metric.FormatShare(small, files.Count));
        yield return new("folders; most files in one", $"{folders.Count}; {folders.Max(folder => folder.Count())}");
    }

    /// <summary>The rows for the lines of <paramref name="files"/>.</summary>
    public static IEnumerable<Metric> MeasureLines(IReadOnlyList<SourceFile> files)
    {
        var lines = files.SelectMany(file => file.Tree.GetText().Lines.Take(file.Lines));
        var lengths = new Distribution(lines.Select(line => line.Span.Length));
        var over140 = lengths.GetPercentOver(140);
        yield return new("longest line", $"{lengths.Max}");
        yield return new("lines over 130, over 140", $"{lengths.GetPercentOver(Limits.LineLength):0.0} %, {over140:0.0} %");
        yield return new("code over 130", $"{files.SelectMany(LineReader.Read).Count(line => line.IsTooLong)}");
    }
}
