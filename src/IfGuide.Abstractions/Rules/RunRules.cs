using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Abstractions.Rules;

/// <summary>The rules of a run, kept at every door: run file, client, coordinator.</summary>
public static class RunRules
{
    private static readonly CorpusFormat[] TokenFormats = [CorpusFormat.Megatron, CorpusFormat.NanoGpt, CorpusFormat.Npy];

    /// <summary>Refuses a wrong specification. Reads no file: whether the files are there and in order is seen when the run prepares its inputs.</summary>
    /// <param name="run">The run.</param>
    /// <exception cref="UserErrorException">A value has no meaning, or two contradict each other: the sentence of <c>ifguide validate</c>.</exception>
    public static void Validate(this RunSpec run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.Run == default)
        {
            throw new UserErrorException("'run' is missing: the run's id, 1 to 63 characters of a-z, 0-9 and '-'.");
        }

        var place = new KeyPlace(File: null, Environment.CurrentDirectory, RunTable.Root.Names);
        RunTable.Root.Read(RunTable.Root.Write(run), place);
        if (run.Target?.Training is not null)
        {
            throw new UserErrorException(
                "'target.training' is no key: the target's training stands in 'training'; move it there.");
        }

        if (FindMissingTokenizer(run.WithDefaults()) is { } missing)
        {
            throw new UserErrorException(missing);
        }
    }

    /// <summary>Fills in what other settings determine: the training of a proxy from scratch, the tokenizer beside the proxy, the schema version.</summary>
    /// <param name="run">A run that <see cref="Validate"/> lets pass.</param>
    /// <returns>The same run, with nothing left to guess.</returns>
    public static RunSpec WithDefaults(this RunSpec run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.Proxy is { Architecture: not null, Training: null })
        {
            run = run with { Proxy = run.Proxy with { Training = new TrainingSpec() } };
        }

        if (run is { Tokenizer: null, Proxy.Path: { } folder } && FindText(run) is not null)
        {
            run = run with { Tokenizer = Path.Combine(folder, "tokenizer.json") };
        }

        return run with { SchemaVersion = Math.Max(run.SchemaVersion, RunSpec.NeededSchemaVersion(run)) };
    }

    /// <summary>What the run says that it will not use; one sentence each.</summary>
    /// <param name="run">The run.</param>
    public static IReadOnlyList<string> FindUnused(this RunSpec run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run is not { Target: null, Evaluation: not null })
        {
            return [];
        }

        return
        [
            "there is no 'target': the run stops after selection, and 'training', 'suppression' and 'evaluation' are not used.",
        ];
    }

    /// <summary>The sentence that a run gets which needs a tokenizer and names none; null: all is well.</summary>
    /// <param name="run">The run, with defaults.</param>
    internal static string? FindMissingTokenizer(RunSpec run)
    {
        if (run is not { Tokenizer: null, Proxy.Path: null } || FindText(run) is not { } text)
        {
            return null;
        }

        return
            $"'tokenizer' is missing: '{text}' is text, and a proxy from scratch has no folder with a tokenizer.json; name one.";
    }

    /// <summary>The first key whose text must be tokenised; null: everything is token ids, and nothing is sampled.</summary>
    private static string? FindText(RunSpec run)
    {
        if (run.Corpus.Path is not null && !TokenFormats.Contains(run.Corpus.Format))
        {
            return "corpus";
        }

        var queries = NamedFiles.QuerySets(run).FirstOrDefault(set => set.Set.Path is not null).Key;
        var evaluation = run is { Target: not null, Evaluation: not null } ? "evaluation" : null;
        return queries ?? evaluation;
    }
}
