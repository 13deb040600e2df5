using IfGuide.Abstractions.Specification;
using IfGuide.Cli.RunFiles.Values;

namespace IfGuide.Cli.RunFiles.Keys;

/// <summary>Keys of <c>evaluation</c>.</summary>
internal static class EvaluationKeys
{
    private static readonly PathKind Jsonl = new("the path of a .jsonl file");

    private static readonly PathKind Onnx = new("the path of an .onnx file");

    /// <summary><c>{ onnx: PATH }</c>, or a word; <c>onnx:PATH</c> as one word is understood too.</summary>
    private static readonly ShorthandKind<string> Classifier = new(
        new ClassifierWordKind(),
        word => word,
        new Section<string>(() => string.Empty, Key.Of("onnx", Onnx, (string _, string path) => OnnxPrefix + path, "Path of a classifier in ONNX form.")) { Required = ["onnx"] });

    private const string OnnxPrefix = "onnx:";

    public static Section<EvaluationSpec> Evaluation { get; } = new(
        () => new EvaluationSpec(),
        Key.Of("prompts", Jsonl, (EvaluationSpec evaluation, string path) => evaluation with { Prompts = path }, "Prompts whose continuations are sampled."),
        Count("samples", (evaluation, count) => evaluation with { Samples = count }, "Continuations per prompt.", "25"),
        Count("max_new_tokens", (evaluation, count) => evaluation with { MaxNewTokens = count }, "Tokens per continuation.", "20"),
        Key.Of("top_p", NumberKind.AboveUpTo(0, 1), (EvaluationSpec evaluation, double nucleus) => evaluation with { TopP = nucleus }, "Nucleus of the sampling.", "0.9"),
        Key.Of("classifier", Classifier, (EvaluationSpec evaluation, string classifier) => evaluation with { Classifier = classifier }, "What judges a continuation: lexicon; linear (trained on the queries); { onnx: PATH }.", "\"lexicon\""),
        Key.Of("perplexity", Jsonl, (EvaluationSpec evaluation, string path) => evaluation with { Perplexity = path }, "Held-out text for perplexity."),
        Key.Of("last_word", Jsonl, (EvaluationSpec evaluation, string path) => evaluation with { LastWord = path }, "LAMBADA-like records for last-word accuracy."),
        Key.Of("compare", new ListKind<string>("a list of models to compare, such as [base, suppressed]", new ChoiceKind<string>(("base", "base"), ("suppressed", "suppressed"), ("word-filter", "word-filter"), ("document-filter", "document-filter")) { Later = ["rad", "dpo"] }),
            (EvaluationSpec evaluation, IReadOnlyList<string> models) => evaluation with { Compare = models }, "Models that are compared.", "[\"base\", \"suppressed\"]"),
        Key.Of("labels", Jsonl, (EvaluationSpec evaluation, string path) => evaluation with { Labels = path }, "Known toxic spans of the corpus, records {id, spans: [{start, end}]}; the selection's precision and recall are measured against them."));

    private static Key<EvaluationSpec> Count(string name, Func<EvaluationSpec, int, EvaluationSpec> with, string meaning, string @default) =>
        Key.Of(name, WholeNumberKind.Count(), (EvaluationSpec evaluation, long count) => with(evaluation, (int)count), meaning, @default);

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
