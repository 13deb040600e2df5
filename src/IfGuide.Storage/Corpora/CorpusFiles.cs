using System.IO.Enumeration;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora.Documents;

namespace IfGuide.Storage.Corpora;

/// <summary>The files that a corpus' path names: one file, a folder with all below it, or a glob of <c>*</c>, <c>?</c> and <c>**</c>.</summary>
public static class CorpusFiles
{
    /// <summary>The corpus' files, sorted ordinally by name.</summary>
    /// <param name="corpus">The corpus; its path is set.</param>
    /// <exception cref="UserErrorException">No file matches, one has a format that is not read, or files of text and of tokens are mixed.</exception>
    public static IReadOnlyList<CorpusFile> Find(CorpusSpec corpus)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        var path = corpus.Path ?? throw new ArgumentException("The corpus has no path.", nameof(corpus));
        var found = Directory.Exists(path) ? InFolder(path, corpus.Format)
            : File.Exists(path) ? [Describe(path, Path.GetFileName(path), corpus.Format)]
            : File.Exists(path + ".idx") ? [Describe(path + ".idx", Path.GetFileName(path) + ".idx", corpus.Format)]
            : path.AsSpan().ContainsAny('*', '?') ? Matching(path, corpus.Format)
            : throw new UserErrorException($"corpus.path: there is no file or folder '{path}': correct the path.");
        CorpusFile[] files = [.. found.DistinctBy(file => file.Path).OrderBy(file => file.Name, StringComparer.Ordinal)];
        if (files.Length == 0)
        {
            throw new UserErrorException($"corpus.path: no file matches '{path}'; {CorpusFormats.Readable}: correct the path, or set corpus.format.");
        }

        return files.FirstOrDefault(file => file.HoldsTokens != files[0].HoldsTokens) is { } other
            ? throw new UserErrorException($"corpus.path: '{files[0].Path}' and '{other.Path}' are {Kind(files[0])} and {Kind(other)}: set corpus.format, or keep text and tokens apart.")
            : files;
    }

    /// <summary>Files of a corpus' folder that are left out since neither <c>corpus.format</c> nor their extension makes them corpus files; names relative to the folder, sorted. Hidden files do not count.</summary>
    /// <param name="corpus">The corpus.</param>
    /// <returns>None when the path is a file or a glob, or where <c>corpus.format</c> chose.</returns>
    public static IReadOnlyList<string> LeftOut(CorpusSpec corpus)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        return corpus.Path is not { } folder || corpus.Format != CorpusFormat.Auto || !Directory.Exists(folder) ? []
            : [.. Below(folder).Where(path => CorpusFormats.ByExtension(path) is null).Select(path => RelativeName(folder, path)).Order(StringComparer.Ordinal)];
    }

    private static string Kind(CorpusFile file) => file.HoldsTokens ? "tokens" : "text";

    private static List<CorpusFile> InFolder(string folder, CorpusFormat format) =>
        [.. from path in Below(folder)
            let known = CorpusFormats.ByExtension(path)
            where known is not null && (format == CorpusFormat.Auto || known == format || (known == CorpusFormat.Npy && format == CorpusFormat.NanoGpt))
            select Describe(path, RelativeName(folder, path), format)];

    private static List<CorpusFile> Matching(string glob, CorpusFormat format)
    {
        var segments = glob.Split('/');
        var fixedCount = Array.FindIndex(segments, segment => segment.AsSpan().ContainsAny('*', '?'));
        var folder = fixedCount == 0 ? "." : string.Join('/', segments[..fixedCount]) + "/";
        var pattern = segments[fixedCount..];
        return Directory.Exists(folder)
            ? [.. from path in Below(folder)
                  let name = RelativeName(folder, path)
                  where Matches(pattern, name.Split('/'))
                  select Describe(path, name, format)]
            : [];
    }

    private static string[] Below(string folder)
    {
        try
        {
            return Directory.GetFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"corpus.path: the folder '{folder}' cannot be listed: {failure.Message.TrimEnd('.')}. Change its mode or owner.", failure);
        }
    }

    /// <summary>Whether path segments match a pattern's; <c>**</c> stands for any number of them.</summary>
    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> segments)
    {
        if (pattern.IsEmpty)
        {
            return segments.IsEmpty;
        }

        return pattern[0] == "**"
            ? Matches(pattern[1..], segments) || (!segments.IsEmpty && Matches(pattern, segments[1..]))
            : !segments.IsEmpty && FileSystemName.MatchesSimpleExpression(pattern[0], segments[0], ignoreCase: false) && Matches(pattern[1..], segments[1..]);
    }

    private static CorpusFile Describe(string path, string name, CorpusFormat format)
    {
        var used = format == CorpusFormat.Auto ? CorpusFormats.Of(path) : format;
        return used != CorpusFormat.Megatron ? new CorpusFile(path, name, used)
            : Path.ChangeExtension(path, ".idx") is var index && File.Exists(index) && File.Exists(CorpusFile.MegatronTokens(path)) ? new CorpusFile(index, Path.ChangeExtension(name, null), used)
            : throw new UserErrorException($"corpus.path: '{path}' is half of a Megatron dataset; its .idx and its .bin must lie side by side under one name.");
    }

    private static string RelativeName(string folder, string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');
}
