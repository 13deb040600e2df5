using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Client.RunFiles;

/// <summary>Checks that everything a run names is there, before anything is started. Only where the silos read the same files does it mean something.</summary>
public static class InputCheck
{
    /// <summary>Checks every file and folder.</summary>
    /// <param name="run">The run.</param>
    /// <param name="runFile">The run file, for the message.</param>
    /// <exception cref="UserErrorException">One of them is missing or cannot be read.</exception>
    public static void Check(RunSpec run, string runFile)
    {
        foreach (var (key, path) in NamedFiles.Of(run))
        {
            if (key is "proxy.path" or "target.path")
            {
                CheckModelFolder(runFile, key, path);
            }
            else if (key != "corpus.path" || !IsReadAsAWhole(path))
            {
                CheckFile(runFile, key, path);
            }
        }
    }

    /// <summary>Whether a corpus is a folder, a glob, or a dataset of two files: the corpus reader says what it finds there.</summary>
    private static bool IsReadAsAWhole(string path) =>
        Directory.Exists(path) || path.AsSpan().ContainsAny("*?[") || File.Exists(path + ".idx");

    private static void CheckModelFolder(string runFile, string key, string path)
    {
        if (!Directory.Exists(path))
        {
            throw new UserErrorException(
                $"{runFile}: '{key}' names '{path}', which is not a folder; expected a Hugging Face folder with config.json and model.safetensors.");
        }

        CheckFile(runFile, key, Path.Combine(path, "config.json"));
    }

    private static void CheckFile(string runFile, string key, string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new UserErrorException($"{runFile}: '{key}' names '{path}', which is a folder; expected a file.");
            }

            using var file = File.OpenRead(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException(
                $"{runFile}: '{key}' names '{path}', which does not exist; correct the path (relative ones start at the run file's folder).",
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"{runFile}: '{key}' names '{path}', which cannot be read: {exception.Message}", exception);
        }
    }
}
