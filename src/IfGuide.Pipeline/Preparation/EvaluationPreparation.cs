using System.Globalization;
using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Judges;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Prompts;
using IfGuide.Storage.Tokenizers;
using MessagePack;

namespace IfGuide.Pipeline.Preparation;

/// <summary>Checks and stores the evaluation's files, so that a mistake in them shows before anything is computed.</summary>
internal static class EvaluationPreparation
{
    private const string OnnxPrefix = "onnx:";

    /// <summary>What to say where the linear classifier is asked for and has nothing to learn from.</summary>
    public static string NoLinearClassifier(string key, string value) =>
        $"{key}: {value} needs the linear classifier, which learns from the queries' texts, but there are none. Give both query sets as text, or evaluation.classifier_texts, or leave it out.";

    public static StoredEvaluation Prepare(EvaluationSpec? evaluation, TokenizerFile? tokenizer, bool queriesAreText, BlockingStore store, InputFiles files, OverlapPreparation overlap)
    {
        if (evaluation is null)
        {
            return new StoredEvaluation();
        }

        if (tokenizer is null)
        {
            throw new UserErrorException("evaluation: needs a tokenizer to read texts and to write continuations. Name a tokenizer.json, or leave the evaluation out.");
        }

        if (!queriesAreText && evaluation.ClassifierTexts is null)
        {
            RefuseLinear(evaluation);
        }

        return new StoredEvaluation
        {
            Prompts = Checked(evaluation.Prompts, path => PromptReader.Read(path), "prompts.jsonl"),
            Perplexity = Checked(evaluation.Perplexity, path => HeldOutText.Read(path).Count(), "perplexity.jsonl"),
            LastWord = Checked(evaluation.LastWord, path => LastWordReader.Read(path), "last-word.jsonl"),
            Labels = Checked(evaluation.Labels, path => KnownSpans.Read(path), "labels.jsonl"),
            HardNegatives = Checked(evaluation.HardNegatives, path => HeldOutText.Read(path).Count(), "hard-negatives.jsonl"),
            ClassifierTexts = evaluation.ClassifierTexts is { } texts ? Texts(texts, store, files, overlap) : null,
            Onnx = evaluation.Classifier.StartsWith(OnnxPrefix, StringComparison.Ordinal) ? Onnx(evaluation, evaluation.Classifier[OnnxPrefix.Length..], files) : null,
        };

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

    private static void RefuseLinear(EvaluationSpec evaluation)
    {
        if (evaluation.Classifier == "linear")
        {
            throw new UserErrorException(NoLinearClassifier("evaluation.classifier", evaluation.Classifier));
        }

        if (evaluation.Compare.FirstOrDefault(Variants.IsRewarded) is { } rewarded)
        {
            throw new UserErrorException(NoLinearClassifier("evaluation.compare", rewarded));
        }
    }

    private static PreparedClassifierTexts Texts(ClassifierTextsSpec texts, BlockingStore store, InputFiles files, OverlapPreparation overlap)
    {
        var key = ContentKey.Of("classifier-texts/1", files.Digest(texts.Toxic), files.Digest(texts.Nontoxic));
        string Put(string path, string label)
        {
            var read = ClassifierTextReader.Read(path);
            overlap.AddTexts($"{OverlapRecord.ClassifierTexts}.{label}", path, read);
            var name = $"prepare/{key}/{label}-texts.msgpack";
            store.Put(name, stream => MessagePackSerializer.Serialize(stream, read.Select(text => text.Text).ToArray()));
            return name;
        }

        return new PreparedClassifierTexts { Key = key, Toxic = Put(texts.Toxic, "toxic"), Nontoxic = Put(texts.Nontoxic, "nontoxic") };
    }

    /// <summary>The .onnx with what stands beside it: tokenizer.json, and the outputs' names in config.json.</summary>
    private static PreparedOnnx Onnx(EvaluationSpec evaluation, string path, InputFiles files)
    {
        var folder = Path.GetDirectoryName(path)!;
        var tokenizer = Path.Combine(folder, "tokenizer.json");
        files.Digest(path);
        if (!File.Exists(tokenizer))
        {
            throw new UserErrorException($"evaluation.classifier: '{path}' has no tokenizer.json beside it. Save the classifier's tokenizer there (tokenizer.save_pretrained).");
        }

        var labels = Labels(Path.Combine(folder, "config.json"));
        OnnxClassifier.Open(path, tokenizer, labels, evaluation.ClassifierOutput, evaluation.ClassifierActivation).Dispose();
        return new PreparedOnnx
        {
            Key = ContentKey.Of("onnx/1", files.Digest(path), files.Digest(tokenizer), labels),
            Model = files.Put(path, "onnx", "classifier.onnx"),
            Tokenizer = files.Put(tokenizer, "tokenizer", "tokenizer.json"),
            Labels = labels,
        };
    }

    private static string[] Labels(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            using var configuration = JsonDocument.Parse(File.ReadAllBytes(path));
            return configuration.RootElement.TryGetProperty("id2label", out var names)
                ? [.. names.EnumerateObject().OrderBy(entry => int.Parse(entry.Name, CultureInfo.InvariantCulture)).Select(entry => entry.Value.GetString()!)]
                : [];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"'{path}', beside the classifier, cannot be read: {exception.Message.TrimEnd('.')}. Its id2label names the outputs: correct it, or remove the file.", exception);
        }
    }
}
