using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace IfGuide.Cli.RunFiles;

/// <summary>Reads a run file (CONTRACT section 2) into a <see cref="RunSpec"/> with every default filled in and every path absolute.</summary>
internal static class RunFile
{
    private const long LargestFile = 1 << 20;
    private const int DeepestNesting = 32;

    /// <summary>Reads a run file. Reads no other file.</summary>
    /// <param name="path">The run file.</param>
    /// <exception cref="UserErrorException">The file cannot be read or says something that a run file cannot; the message names file and line.</exception>
    public static RunSpec Read(string path) => Read(Load(path, "run file"), path, path);

    /// <summary>Reads what a run file would say.</summary>
    /// <param name="root">Its keys.</param>
    /// <param name="where">Where they come from, for messages.</param>
    /// <param name="path">The run file: relative paths start at its folder.</param>
    /// <exception cref="UserErrorException">They say something that a run file cannot.</exception>
    public static RunSpec Read(YamlNode root, string where, string path) =>
        FillIn(RunFileKeys.Root.Read(root, new KeyPlace(where, Path.GetDirectoryName(Path.GetFullPath(path))!, string.Empty)), path);

    /// <summary>Reads a file of one YAML document.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <exception cref="UserErrorException">It cannot be read, or is no such file.</exception>
    public static YamlNode Load(string path, string what) => Parse(path, ReadText(path, what), what);

    /// <summary>What the file says that this run will not use; one sentence each.</summary>
    public static IReadOnlyList<string> Notes(RunSpec run) => run is { Target: null, Evaluation: not null }
        ? ["there is no 'target': the run stops after selection, and 'training', 'suppression' and 'evaluation' are not used."]
        : [];

    private static string ReadText(string path, string what)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > LargestFile)
            {
                throw new UserErrorException($"{path}: {file.Length} bytes are too many for a {what} (at most {LargestFile}); name another file.");
            }

            return new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF');
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"{path}: there is no such {what}.", exception);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new UserErrorException($"{path}: the {what} cannot be read: {exception.Message}", exception);
        }
        catch (System.Text.DecoderFallbackException exception)
        {
            throw new UserErrorException($"{path}: the {what} is not UTF-8 (byte {exception.Index}); save it as UTF-8.", exception);
        }
    }

    private static YamlNode Parse(string path, string text, string what)
    {
        try
        {
            CheckNesting(path, text, what);
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            return yaml.Documents.Count switch
            {
                1 => yaml.Documents[0].RootNode,
                0 => throw new UserErrorException($"{path}: the {what} is empty; see 'ifguide schema' for the keys of run files."),
                _ => throw new UserErrorException($"{path}:{yaml.Documents[1].RootNode.Start.Line}: a second YAML document starts here; a {what} holds one."),
            };
        }
        catch (YamlException exception)
        {
            var reason = exception.InnerException?.Message ?? exception.Message;
            throw new UserErrorException($"{path}:{exception.Start.Line}: this is not YAML: {reason.TrimEnd('.')} (column {exception.Start.Column}).", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // The YAML library's scanner runs into these on some damaged files, and then knows no place.
            throw new UserErrorException($"{path}: this is not YAML: {exception.Message.TrimEnd('.')}; check the indentation and the quotes.", exception);
        }
    }

    /// <summary>The YAML library recurses: a file of a hundred thousand brackets would end the process.</summary>
    private static void CheckNesting(string path, string text, string what)
    {
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > DeepestNesting)
            {
                throw new UserErrorException($"{path}:{parser.Current.Start.Line}: values nest deeper than {DeepestNesting} levels; a {what} needs at most 6.");
            }
        }
    }

    private static RunSpec FillIn(RunSpec run, string path)
    {
        if (run.Run == default)
        {
            var name = Path.GetFileNameWithoutExtension(path);
            run = run with
            {
                Run = RunId.TryParse(name, out var id)
                    ? id
                    : throw new UserErrorException($"{path}: the file's name '{name}' cannot be the run's id (1 to 63 characters of a-z, 0-9 and '-'); rename it or add 'run: some-id'."),
            };
        }

        if (run.Proxy is { Architecture: not null, Training: null })
        {
            run = run with { Proxy = run.Proxy with { Training = new TrainingSpec() } };
        }

        return run with { SchemaVersion = RunSpec.NeededSchemaVersion(run), Tokenizer = run.Tokenizer ?? DefaultTokenizer(run, path) };
    }

    private static string? DefaultTokenizer(RunSpec run, string path)
    {
        var text = run.Corpus.Path is not null && run.Corpus.Format is not (CorpusFormat.Megatron or CorpusFormat.NanoGpt or CorpusFormat.Npy) ? "corpus"
            : InputFiles.QuerySets(run).FirstOrDefault(set => set.Set.Path is not null).Key
                ?? (run is { Target: not null, Evaluation: not null } ? "evaluation" : null);
        if (run.Proxy.Path is { } folder)
        {
            var beside = Path.Combine(folder, "tokenizer.json");
            return text is not null || File.Exists(beside) ? beside : null;
        }

        return text is null ? null : throw new UserErrorException($"{path}: 'tokenizer' is missing: '{text}' is text, and a proxy from scratch has no folder with a tokenizer.json; name one.");
    }
}
