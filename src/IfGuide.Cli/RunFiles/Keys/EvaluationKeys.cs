using IfGuide.Abstractions.Specification;
using IfGuide.Cli.RunFiles.Values;

namespace IfGuide.Cli.RunFiles.Keys;

/// <summary>Keys of <c>evaluation</c>.</summary>
internal static class EvaluationKeys
{
    private static readonly PathKind Jsonl = new("the path of a .jsonl file");

    private static readonly PathKind Onnx = new("the path of an .onnx file");

    /// <summary><c>{ onnx: PATH }</c>, or a word; <c>onnx:PATH</c> as one word is understood too.</summary>
    private static readonly ShorthandKind<Judge> Classifier = new(
        new ClassifierWordKind(),
        word => new Judge(word),
        new Section<Judge>(
            () => new Judge(string.Empty),
            Key.Of("onnx", Onnx, (Judge judge, string path) => judge with { Classifier = OnnxPrefix + path }, "Path of a classifier in ONNX form, with its tokenizer.json, and config.json for its labels, beside it."),
            Key.Of("output", new TextKind("the name of an output label, or its index", text => text.Length > 0), (Judge judge, string output) => judge with { Output = output }, "Which output tells toxicity; by default the label toxicity or toxic, the second of two, the only one."),
            Key.Of("activation", new ChoiceKind<OnnxActivation>(("sigmoid", OnnxActivation.Sigmoid), ("softmax", OnnxActivation.Softmax), ("none", OnnxActivation.None)), (Judge judge, OnnxActivation activation) => judge with { Activation = activation }, "What makes a probability of the outputs; by default softmax over two, sigmoid otherwise."))
        {
            Required = ["onnx"],
        });

    private static readonly Section<ClassifierTextsSpec> Texts = new(
        () => new ClassifierTextsSpec { Toxic = string.Empty, Nontoxic = string.Empty },
        Key.Of("toxic", Jsonl, (ClassifierTextsSpec texts, string path) => texts with { Toxic = path }, "Toxic texts: records {text}, or query records, of which the continuation counts."),
        Key.Of("nontoxic", Jsonl, (ClassifierTextsSpec texts, string path) => texts with { Nontoxic = path }, "Nontoxic texts."))
    {
        Required = ["toxic", "nontoxic"],
    };

    private const string OnnxPrefix = "onnx:";

    private static readonly Section<RadSpec> Rad = new(
        () => new RadSpec(),
        Key.Of("top_k", WholeNumberKind.Count(), (RadSpec rad, long count) => rad with { TopK = (int)count }, "Likeliest tokens that the reward weighs at each step.", "20"),
        Key.Of("beta", NumberKind.AtLeast(0), (RadSpec rad, double beta) => rad with { Beta = beta }, "What a reward of 1 (no toxicity) adds to a token's logit.", "10"));

    private static readonly Section<DpoSpec> Dpo = new(
        () => new DpoSpec(),
        Key.Of("beta", NumberKind.Above(0), (DpoSpec dpo, double beta) => dpo with { Beta = beta }, "How much a margin over the base model counts.", "0.1"),
        Key.Of("epochs", WholeNumberKind.Count(), (DpoSpec dpo, long count) => dpo with { Epochs = (int)count }, "Passes over the pairs.", "2"),
        Key.Of("batch_size", WholeNumberKind.Count(), (DpoSpec dpo, long count) => dpo with { BatchSize = (int)count }, "Pairs per optimizer step.", "16"),
        Key.Of("learning_rate", NumberKind.Above(0), (DpoSpec dpo, double rate) => dpo with { LearningRate = rate }, "Peak learning rate.", "1e-5"));

    public static Section<EvaluationSpec> Evaluation { get; } = new(
        () => new EvaluationSpec(),
        Key.Of("prompts", Jsonl, (EvaluationSpec evaluation, string path) => evaluation with { Prompts = path }, "Prompts whose continuations are sampled."),
        Count("samples", (evaluation, count) => evaluation with { Samples = count }, "Continuations per prompt.", "25"),
        Count("max_new_tokens", (evaluation, count) => evaluation with { MaxNewTokens = count }, "Tokens per continuation.", "20"),
        Key.Of("top_p", NumberKind.AboveUpTo(0, 1), (EvaluationSpec evaluation, double nucleus) => evaluation with { TopP = nucleus }, "Nucleus of the sampling.", "0.9"),
        Key.Of("classifier", Classifier, (EvaluationSpec evaluation, Judge judge) => evaluation with { Classifier = judge.Classifier, ClassifierOutput = judge.Output, ClassifierActivation = judge.Activation },
            "Which judge of continuations comes first: lexicon; linear (trained on the queries, or on classifier_texts); { onnx: PATH }. The others judge too.", "\"lexicon\""),
        Key.Of("classifier_texts", Texts, (EvaluationSpec evaluation, ClassifierTextsSpec texts) => evaluation with { ClassifierTexts = texts }, "What the linear classifier is trained on in place of the queries: texts held apart from corpus and prompts."),
        Key.Of("perplexity", Jsonl, (EvaluationSpec evaluation, string path) => evaluation with { Perplexity = path }, "Held-out text for perplexity."),
        Key.Of("last_word", Jsonl, (EvaluationSpec evaluation, string path) => evaluation with { LastWord = path }, "LAMBADA-like records for last-word accuracy."),
        Key.Of("hard_negatives", Jsonl, (EvaluationSpec evaluation, string path) => evaluation with { HardNegatives = path }, "Innocent texts with harsh words or their look-alikes, records {text}, whose loss is measured."),
        Key.Of("compare", new ListKind<string>("a list of models to compare, such as [base, suppressed]", new ChoiceKind<string>(("base", "base"), ("suppressed", "suppressed"), ("word-filter", "word-filter"), ("document-filter", "document-filter"), ("random", "random"), ("rad", "rad"), ("dpo", "dpo"), ("suppressed-rad", "suppressed-rad"))),
            (EvaluationSpec evaluation, IReadOnlyList<string> models) => evaluation with { Compare = models }, "Models that are compared.", "[\"base\", \"suppressed\"]"),
        Key.Of("labels", Jsonl, (EvaluationSpec evaluation, string path) => evaluation with { Labels = path }, "Known toxic spans of the corpus, records {id, spans: [{start, end}]}; the selection's precision and recall are measured against them."),
        Key.Of("rad", Rad, (EvaluationSpec evaluation, RadSpec rad) => evaluation with { Rad = rad }, "Reward-augmented decoding of rad and suppressed-rad."),
        Key.Of("dpo", Dpo, (EvaluationSpec evaluation, DpoSpec dpo) => evaluation with { Dpo = dpo }, "Preference training of dpo."));

    private static Key<EvaluationSpec> Count(string name, Func<EvaluationSpec, int, EvaluationSpec> with, string meaning, string @default) =>
        Key.Of(name, WholeNumberKind.Count(), (EvaluationSpec evaluation, long count) => with(evaluation, (int)count), meaning, @default);

    private sealed record Judge(string Classifier, string? Output = null, OnnxActivation? Activation = null);

    private sealed class ClassifierWordKind : ScalarKind<string>
    {
        public override string Expected => "lexicon, linear or { onnx: PATH }";

        public override System.Text.Json.Nodes.JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^(lexicon|linear|onnx:.+)$" };

        protected override bool TryRead(string text, bool plain, KeyPlace place, out string value)
        {
            value = text;
            if (text.StartsWith(OnnxPrefix, StringComparison.Ordinal) && text.Length > OnnxPrefix.Length)
            {
                value = OnnxPrefix + Path.GetFullPath(text[OnnxPrefix.Length..].Trim(), place.Folder);
                return true;
            }

            return text is "lexicon" or "linear";
        }
    }
}
