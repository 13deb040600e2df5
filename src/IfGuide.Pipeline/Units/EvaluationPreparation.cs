using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Evaluation;
using IfGuide.Storage.Prompts;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Pipeline.Units;

/// <summary>Checks and stores the evaluation's files, so that a mistake in them shows before anything is computed.</summary>
internal static class EvaluationPreparation
{
    /// <summary>What to say where the linear classifier is asked for and has nothing to learn from.</summary>
    public static string NoLinearClassifier(string key, string value) =>
        $"{key}: {value} needs the linear classifier, which is trained on the queries' texts, but a query set is given as token arrays. Give the queries as text, or leave it out.";

    public static StoredEvaluation Prepare(EvaluationSpec? evaluation, TokenizerFile? tokenizer, bool queriesAreText, InputFiles files)
    {
        if (evaluation is null)
        {
            return new StoredEvaluation(null, null, null, null);
        }

        if (tokenizer is null)
        {
            throw new UserErrorException("evaluation: needs a tokenizer to read texts and to write continuations. Name a tokenizer.json, or leave the evaluation out.");
        }

        if (evaluation.Classifier.StartsWith("onnx:", StringComparison.Ordinal))
        {
            throw new UserErrorException($"evaluation.classifier: this version cannot load ONNX classifiers ('{evaluation.Classifier}'). Use lexicon or linear.");
        }

        if (!queriesAreText && evaluation.Classifier == "linear")
        {
            throw new UserErrorException(NoLinearClassifier("evaluation.classifier", evaluation.Classifier));
        }

        if (!queriesAreText && evaluation.Compare.FirstOrDefault(Variants.IsRewarded) is { } rewarded)
        {
            throw new UserErrorException(NoLinearClassifier("evaluation.compare", rewarded));
        }

        return new StoredEvaluation(
            Checked(evaluation.Prompts, path => PromptReader.Read(path), "prompts.jsonl"),
            Checked(evaluation.Perplexity, path => HeldOutText.Read(path).Count(), "perplexity.jsonl"),
            Checked(evaluation.LastWord, path => LastWordReader.Read(path), "last-word.jsonl"),
            Checked(evaluation.Labels, path => KnownSpans.Read(path), "labels.jsonl"));

        string? Checked(string? path, Func<string, object> read, string name)
        {
            if (path is null)
            {
                return null;
            }

            files.Digest(path); // an unreadable file is reported in one way
            read(path);
            return files.Put(path, name, name + Path.GetExtension(path) switch { ".gz" => ".gz", ".zst" => ".zst", _ => string.Empty });
        }
    }
}

/// <summary>Store names of the evaluation's files.</summary>
internal sealed record StoredEvaluation(string? Prompts, string? Perplexity, string? LastWord, string? Labels);
