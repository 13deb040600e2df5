using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules;
using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Client.RunFiles;

/// <summary>Reads a run file (CONTRACT section 2) into a <see cref="RunSpec"/> with every default filled in and every path absolute.</summary>
public static class RunFile
{
    private const string Kind = "run file";

    /// <summary>Reads a run file. Looks at no other file, except whether a tokenizer lies beside a proxy that may do without.</summary>
    /// <param name="path">The run file.</param>
    /// <returns>A run that <see cref="RunRules.Validate"/> lets pass.</returns>
    /// <exception cref="UserErrorException">The file cannot be read or says something that a run file cannot; the message names file and line.</exception>
    public static RunSpec Read(string path) => Read(Load(path, Kind), path, path);

    /// <summary>Reads the text of a run file.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="path">
    /// What the file would be called, for messages. Relative paths in the text start at its folder, and its name is the run's id unless the text says one.
    /// </param>
    /// <returns>A run that <see cref="RunRules.Validate"/> lets pass.</returns>
    /// <exception cref="UserErrorException">It says something that a run file cannot; the message names file and line.</exception>
    public static RunSpec Parse(string text, string path)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Read(YamlReader.Parse(path, text, Kind), path, path);
    }

    /// <summary>Reads what a run file would say.</summary>
    /// <param name="root">Its keys.</param>
    /// <param name="where">Where they come from, for messages.</param>
    /// <param name="path">The run file: relative paths start at its folder.</param>
    /// <exception cref="UserErrorException">They say something that a run file cannot.</exception>
    internal static RunSpec Read(Node root, string where, string path) =>
        FillIn(RunTable.Root.Read(root, new KeyPlace(where, FolderOf(path), RunTable.Root.Names)), path);

    /// <summary>Reads a file of one YAML document.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <exception cref="UserErrorException">It cannot be read, or is no such file.</exception>
    internal static Node Load(string path, string what) => YamlReader.Parse(path, RunFileText.Read(path, what), what);

    /// <summary>Absolute path of the folder of a file.</summary>
    /// <param name="path">The file.</param>
    internal static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private static RunSpec FillIn(RunSpec run, string path)
    {
        if (run.Run == default)
        {
            run = run with { Run = ReadId(path) };
        }

        run = run.WithDefaults();
        if (RunRules.FindMissingTokenizer(run) is { } missing)
        {
            throw new UserErrorException($"{path}: {missing}");
        }

        if (run is not { Tokenizer: null, Proxy.Path: { } folder })
        {
            return run;
        }

        var beside = Path.Combine(folder, "tokenizer.json");
        return File.Exists(beside) ? run with { Tokenizer = beside } : run;
    }

    private static RunId ReadId(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        return RunId.TryParse(name, out var id)
            ? id
            : throw new UserErrorException(
                $"{path}: the file's name '{name}' cannot be the run's id (1 to 63 characters of a-z, 0-9 and '-'); rename it or add 'run: some-id'.");
    }
}
