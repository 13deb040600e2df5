using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Cli.RunFiles;

/// <summary>Checks that everything a run file names is there, before anything is started.</summary>
internal static class InputFiles
{
    /// <summary>The files and folders that a run reads, with the key that names each.</summary>
    public static IEnumerable<(string Key, string Path)> Of(RunSpec run)
    {
        (string Key, string? Path)[] named =
        [
            ("proxy.path", run.Proxy.Path),
            ("tokenizer", run.Tokenizer),
            ("corpus.path", run.Corpus.Path),
            .. Arrays("corpus.pretokenised", run.Corpus.Pretokenised),
            .. QuerySets(run).SelectMany(set => Arrays($"{set.Key}.pretokenised", set.Set.Pretokenised).Prepend(($"{set.Key}.path", set.Set.Path))),
            ("target.path", run.Target?.Path),
            ("training.validation", run.Target is null ? null : run.Training.Validation),
            ("proxy.training.validation", run.Proxy.Training?.Validation),
            ("evaluation.prompts", run.Evaluation?.Prompts),
            ("evaluation.perplexity", run.Evaluation?.Perplexity),
            ("evaluation.last_word", run.Evaluation?.LastWord),
            ("evaluation.hard_negatives", run.Evaluation?.HardNegatives),
            ("evaluation.labels", run.Evaluation?.Labels),
            ("evaluation.classifier", run.Evaluation?.Classifier is ['o', 'n', 'n', 'x', ':', .. var onnx] ? onnx : null),
            ("evaluation.classifier_texts.toxic", run.Evaluation?.ClassifierTexts?.Toxic),
            ("evaluation.classifier_texts.nontoxic", run.Evaluation?.ClassifierTexts?.Nontoxic),
        ];
        return named.Where(file => file.Path is not null).Select(file => (file.Key, file.Path!));
    }

    /// <summary>The query sets of every behaviour, with the key that names each.</summary>
    public static IEnumerable<(string Key, QuerySetSpec Set)> QuerySets(RunSpec run) => run.Queries.Pairs().SelectMany(pair =>
    {
        var key = pair.Name is null ? "queries" : $"queries.{pair.Name}";
        return new[] { ($"{key}.toxic", pair.Toxic), ($"{key}.nontoxic", pair.Nontoxic) };
    });

    /// <summary>Checks them all.</summary>
    /// <param name="run">The run.</param>
    /// <param name="runFile">The run file, for the message.</param>
    /// <exception cref="UserErrorException">One of them is missing or cannot be read.</exception>
    public static void Check(RunSpec run, string runFile)
    {
        foreach (var (key, path) in Of(run))
        {
            var folder = key is "proxy.path" or "target.path";
            if (folder)
            {
                CheckModelFolder(runFile, key, path);
            }
            else if (key == "corpus.path" && (Directory.Exists(path) || path.AsSpan().ContainsAny("*?[") || File.Exists(path + ".idx")))
            {
                continue; // a folder, a glob, or a dataset of two files: the corpus reader says what it finds there
            }
            else
            {
                CheckFile(runFile, key, path);
            }
        }
    }

    private static void CheckModelFolder(string runFile, string key, string path)
    {
        if (!Directory.Exists(path))
        {
            throw new UserErrorException($"{runFile}: '{key}' names '{path}', which is not a folder; expected a Hugging Face folder with config.json and model.safetensors.");
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
            throw new UserErrorException($"{runFile}: '{key}' names '{path}', which does not exist; correct the path (relative ones start at the run file's folder).", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{runFile}: '{key}' names '{path}', which cannot be read: {exception.Message}", exception);
        }
    }

    private static IEnumerable<(string Key, string? Path)> Arrays(string key, PretokenisedSpec? arrays) => arrays is null
        ? []
        : [($"{key}.input_ids", arrays.InputIds), ($"{key}.labels", arrays.Labels), ($"{key}.attention_mask", arrays.AttentionMask)];
}
