using System.IO.Enumeration;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.JsonLines;

namespace IfGuide.Storage.Corpora;

/// <summary>A file of a corpus.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Name">Its path relative to the corpus' folder, with <c>/</c>: the same wherever the corpus lies.</param>
/// <param name="Format"><see cref="CorpusFormat.Jsonl"/> or <see cref="CorpusFormat.Text"/>.</param>
public sealed record CorpusFile(string Path, string Name, CorpusFormat Format);

/// <summary>The files that a corpus' path names: one file, a folder with all below it, or a glob of <c>*</c>, <c>?</c> and <c>**</c>.</summary>
public static class CorpusFiles
{
    private const string Readable = "this version reads .jsonl and .txt, also as .gz and .zst, and .npy under corpus.pretokenised";

    private static readonly Dictionary<string, CorpusFormat> Formats = new(StringComparer.Ordinal)
    {
        [".jsonl"] = CorpusFormat.Jsonl, [".ndjson"] = CorpusFormat.Jsonl, [".txt"] = CorpusFormat.Text,
        [".parquet"] = CorpusFormat.Parquet, [".npy"] = CorpusFormat.Npy, [".idx"] = CorpusFormat.Megatron, [".bin"] = CorpusFormat.NanoGpt,
    };

    /// <summary>The corpus' files, sorted ordinally by name.</summary>
    /// <param name="corpus">The corpus; its path is set.</param>
    /// <exception cref="UserErrorException">No file matches, or one has a format that is not read.</exception>
    public static IReadOnlyList<CorpusFile> Find(CorpusSpec corpus)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        var path = corpus.Path ?? throw new ArgumentException("The corpus has no path.", nameof(corpus));
        if (corpus.Format is not (CorpusFormat.Auto or CorpusFormat.Jsonl or CorpusFormat.Text))
        {
            throw Unreadable($"corpus.format is {corpus.Format.ToString().ToLowerInvariant()}");
        }

        var files = Directory.Exists(path) ? InFolder(path, corpus.Format)
            : File.Exists(path) ? [Describe(path, Path.GetFileName(path), corpus.Format)]
            : path.AsSpan().ContainsAny('*', '?') ? Matching(path, corpus.Format)
            : throw new UserErrorException($"corpus.path: there is no file or folder '{path}': correct the path.");
        return files.Count > 0
            ? [.. files.OrderBy(file => file.Name, StringComparer.Ordinal)]
            : throw new UserErrorException($"corpus.path: no file matches '{path}'; {Readable}: correct the path, or set corpus.format.");
    }

    private static List<CorpusFile> InFolder(string folder, CorpusFormat format) =>
        [.. from path in Below(folder)
            where Formats.TryGetValue(CompressedFile.FormatExtension(path), out var known) && (format == CorpusFormat.Auto || known == format)
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
        var known = Formats.TryGetValue(CompressedFile.FormatExtension(path), out var byExtension);
        var used = format != CorpusFormat.Auto ? format
            : known ? byExtension
            : throw Unreadable($"corpus.path: the format of '{path}' does not follow from its extension");
        return used is CorpusFormat.Jsonl or CorpusFormat.Text
            ? new CorpusFile(path, name, used)
            : throw Unreadable($"corpus.path: '{path}' looks like {used.ToString().ToLowerInvariant()}");
    }

    private static string RelativeName(string folder, string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');

    private static UserErrorException Unreadable(string what) => new($"{what}; {Readable}: convert the corpus, or set corpus.format where only the extension misleads.");
}
