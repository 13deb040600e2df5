using System.IO.Enumeration;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora.Documents;

namespace IfGuide.Storage.Corpora;

/// <summary>Finds the files that a corpus' path names: one file, a folder with all below it, or a glob of <c>*</c>, <c>?</c> and <c>**</c>.</summary>
public static class CorpusFiles
{
    private static readonly EnumerationOptions AllBelow = new() { RecurseSubdirectories = true, IgnoreInaccessible = false };

    /// <summary>Finds the corpus' files, sorted ordinally by name.</summary>
    /// <param name="corpus">The corpus; its path is set.</param>
    /// <exception cref="UserErrorException">
    /// No file matches, one has a format that is not read, or files of text and of tokens are mixed.
    /// </exception>
    public static IReadOnlyList<CorpusFile> Find(CorpusSpec corpus)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        var path = corpus.Path ?? throw new ArgumentException("The corpus has no path.", nameof(corpus));
        var found = FindAll(path, corpus.Format).DistinctBy(file => file.Path);
        CorpusFile[] files = [.. found.OrderBy(file => file.Name, StringComparer.Ordinal)];
        if (files.Length == 0)
        {
            throw new UserErrorException(
                $"corpus.path: no file matches '{path}'; {CorpusFormats.Readable}: correct the path, or set corpus.format.");
        }

        CheckOneKind(files);
        return files;
    }

    /// <summary>Finds files of a corpus' folder that neither <c>corpus.format</c> nor their extension makes corpus files.</summary>
    /// <param name="corpus">The corpus.</param>
    /// <returns>
    /// Names relative to the folder, sorted. Hidden files do not count.
    /// None when the path is a file or a glob, or where <c>corpus.format</c> chose.
    /// </returns>
    public static IReadOnlyList<string> FindLeftOut(CorpusSpec corpus)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        if (corpus.Path is not { } folder || corpus.Format != CorpusFormat.Auto || !Directory.Exists(folder))
        {
            return [];
        }

        var leftOut = ListBelow(folder).Where(path => CorpusFormats.FindByExtension(path) is null);
        return [.. leftOut.Select(path => GetRelativeName(folder, path)).Order(StringComparer.Ordinal)];
    }

    private static List<CorpusFile> FindAll(string path, CorpusFormat format)
    {
        if (Directory.Exists(path))
        {
            return FindInFolder(path, format);
        }

        if (File.Exists(path))
        {
            return [CreateFile(path, Path.GetFileName(path), format)];
        }

        var index = path + ".idx";
        if (File.Exists(index))
        {
            return [CreateFile(index, Path.GetFileName(index), format)];
        }

        if (!path.AsSpan().ContainsAny('*', '?'))
        {
            throw new UserErrorException($"corpus.path: there is no file or folder '{path}': correct the path.");
        }

        return FindMatching(path, format);
    }

    private static void CheckOneKind(CorpusFile[] files)
    {
        var first = files[0];
        if (Array.Find(files, file => file.HoldsTokens != first.HoldsTokens) is { } other)
        {
            throw new UserErrorException(
                $"corpus.path: '{first.Path}' and '{other.Path}' are {DescribeKind(first)} and {DescribeKind(other)}: "
                + "set corpus.format, or keep text and tokens apart.");
        }
    }

    private static string DescribeKind(CorpusFile file) => file.HoldsTokens ? "tokens" : "text";

    private static List<CorpusFile> FindInFolder(string folder, CorpusFormat format) =>
        [.. from path in ListBelow(folder)
            where IsChosen(CorpusFormats.FindByExtension(path), format)
            select CreateFile(path, GetRelativeName(folder, path), format)];

    private static bool IsChosen(CorpusFormat? known, CorpusFormat format) => format switch
    {
        CorpusFormat.Auto => known is not null,
        CorpusFormat.NanoGpt => known is CorpusFormat.NanoGpt or CorpusFormat.Npy,
        _ => known == format,
    };

    private static List<CorpusFile> FindMatching(string glob, CorpusFormat format)
    {
        var segments = glob.Split('/');
        var fixedCount = Array.FindIndex(segments, segment => segment.AsSpan().ContainsAny('*', '?'));
        var folder = ".";
        if (fixedCount > 0)
        {
            folder = string.Join('/', segments[..fixedCount]) + "/";
        }

        if (!Directory.Exists(folder))
        {
            return [];
        }

        var pattern = segments[fixedCount..];
        return [.. from path in ListBelow(folder)
                   let name = GetRelativeName(folder, path)
                   where Matches(pattern, name.Split('/'))
                   select CreateFile(path, name, format)];
    }

    private static string[] ListBelow(string folder)
    {
        try
        {
            return Directory.GetFiles(folder, "*", AllBelow);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var reason = failure.Message.TrimEnd('.');
            throw new UserErrorException(
                $"corpus.path: the folder '{folder}' cannot be listed: {reason}. Change its mode or owner.", failure);
        }
    }

    /// <summary>Whether path segments match a pattern's; <c>**</c> stands for any number of them.</summary>
    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> segments)
    {
        if (pattern.IsEmpty)
        {
            return segments.IsEmpty;
        }

        if (pattern[0] == "**" && Matches(pattern[1..], segments))
        {
            return true;
        }

        if (segments.IsEmpty)
        {
            return false;
        }

        if (pattern[0] == "**")
        {
            return Matches(pattern, segments[1..]);
        }

        return FileSystemName.MatchesSimpleExpression(pattern[0], segments[0], ignoreCase: false)
            && Matches(pattern[1..], segments[1..]);
    }

    private static CorpusFile CreateFile(string path, string name, CorpusFormat format)
    {
        if (format == CorpusFormat.Auto)
        {
            format = CorpusFormats.Detect(path);
        }

        if (format != CorpusFormat.Megatron)
        {
            return new CorpusFile(path, name, format);
        }

        var index = Path.ChangeExtension(path, ".idx");
        if (!File.Exists(index) || !File.Exists(CorpusFile.GetMegatronTokens(path)))
        {
            throw new UserErrorException(
                $"corpus.path: '{path}' is half of a Megatron dataset; its .idx and its .bin must lie side by side under one name.");
        }

        return new CorpusFile(index, Path.ChangeExtension(name, null), format);
    }

    private static string GetRelativeName(string folder, string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');
}
