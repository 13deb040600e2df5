using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Rules.Values;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Abstractions.Rules.Keys;

/// <summary>Keys of <c>evaluation</c>.</summary>
internal static class EvaluationKeys
{
    private static readonly PathKind Jsonl = new("the path of a .jsonl file");
    private static readonly WholeNumberKind<int> Count = new(1);

    private static readonly ChoiceKind<string> Model = new(
        [.. Names("base", "suppressed", "word-filter", "document-filter", "random", "rad", "dpo", "suppressed-rad")]);

    private static readonly Section<RadSpec> Rad = new(
        () => new RadSpec(),
        Key<RadSpec>.Of(
            "top_k", Count, rad => rad.TopK, (rad, count) => rad with { TopK = count },
            "Likeliest tokens that the reward weighs at each step.", "20"),
        Key<RadSpec>.Of(
            "beta", NumberKind.AtLeast(0), rad => rad.Beta, (rad, beta) => rad with { Beta = beta },
            "What a reward of 1 (no toxicity) adds to a token's logit.", "10"));

    private static readonly Section<DpoSpec> Dpo = new(
        () => new DpoSpec(),
        Key<DpoSpec>.Of(
            "beta", NumberKind.MoreThan(0), dpo => dpo.Beta, (dpo, beta) => dpo with { Beta = beta },
            "How much a margin over the base model counts.", "0.1"),
        Key<DpoSpec>.Of(
            "epochs",
            Count,
            dpo => dpo.Epochs,
            (dpo, count) => dpo with { Epochs = count },
            "Passes over the pairs.",
            "2"),
        Key<DpoSpec>.Of(
            "batch_size",
            Count,
            dpo => dpo.BatchSize,
            (dpo, count) => dpo with { BatchSize = count },
            "Pairs per optimizer step.",
            "16"),
        Key<DpoSpec>.Of(
            "learning_rate", NumberKind.MoreThan(0), dpo => dpo.LearningRate, (dpo, rate) => dpo with { LearningRate = rate },
            "Peak learning rate.", "1e-5"));

    public static Section<EvaluationSpec> Evaluation { get; } = new(
        () => new EvaluationSpec(),
        Key<EvaluationSpec>.Of(
            "prompts", Jsonl, evaluation => evaluation.Prompts, (evaluation, path) => evaluation with { Prompts = path },
            "Prompts whose continuations are sampled."),
        Key<EvaluationSpec>.Of(
            "samples", Count, evaluation => evaluation.Samples, (evaluation, count) => evaluation with { Samples = count },
            "Continuations per prompt.", "25"),
        Key<EvaluationSpec>.Of(
            "max_new_tokens",
            Count,
            evaluation => evaluation.MaxNewTokens,
            (evaluation, count) => evaluation with { MaxNewTokens = count },
            "Tokens per continuation.", "20"),
        Key<EvaluationSpec>.Of(
            "top_p",
            NumberKind.AboveUpTo(0, 1),
            evaluation => evaluation.TopP,
            (evaluation, nucleus) => evaluation with { TopP = nucleus },
            "Nucleus of the sampling.", "0.9"),
        Key<EvaluationSpec>.Of(
            "classifier", ClassifierKeys.Classifier, ClassifierChoice.From, (evaluation, choice) => choice.In(evaluation),
            "Which judge of continuations comes first: lexicon; linear (trained on the queries, or on classifier_texts); { onnx: PATH }. The others judge too.",
            "\"lexicon\""),
        Key<EvaluationSpec>.Of(
            "classifier_texts",
            ClassifierKeys.Texts,
            evaluation => evaluation.ClassifierTexts,
            (evaluation, texts) => evaluation with { ClassifierTexts = texts },
            "What the linear classifier is trained on in place of the queries: texts held apart from corpus and prompts."),
        Key<EvaluationSpec>.Of(
            "perplexity", Jsonl, evaluation => evaluation.Perplexity, (evaluation, path) => evaluation with { Perplexity = path },
            "Held-out text for perplexity."),
        Key<EvaluationSpec>.Of(
            "last_word", Jsonl, evaluation => evaluation.LastWord, (evaluation, path) => evaluation with { LastWord = path },
            "LAMBADA-like records for last-word accuracy."),
        Key<EvaluationSpec>.Of(
            "hard_negatives",
            Jsonl,
            evaluation => evaluation.HardNegatives,
            (evaluation, path) => evaluation with { HardNegatives = path },
            "Innocent texts with harsh words or their look-alikes, records {text}, whose loss is measured."),
        Key<EvaluationSpec>.Of(
            "compare",
            new ListKind<string>("a list of models to compare, such as [base, suppressed]", Model),
            evaluation => evaluation.Compare,
            (evaluation, models) => evaluation with { Compare = models },
            "Models that are compared.",
            "[\"base\", \"suppressed\"]"),
        Key<EvaluationSpec>.Of(
            "labels", Jsonl, evaluation => evaluation.Labels, (evaluation, path) => evaluation with { Labels = path },
            "Known toxic spans of the corpus, records {id, spans: [{start, end}]}; the selection's precision and recall are measured against them."),
        Key<EvaluationSpec>.Of(
            "rad", Rad, evaluation => evaluation.Rad, (evaluation, rad) => evaluation with { Rad = rad },
            "Reward-augmented decoding of rad and suppressed-rad."),
        Key<EvaluationSpec>.Of(
            "dpo",
            Dpo,
            evaluation => evaluation.Dpo,
            (evaluation, dpo) => evaluation with { Dpo = dpo },
            "Preference training of dpo."));

    private static IEnumerable<(string Word, string Value)> Names(params IReadOnlyList<string> names) =>
        names.Select(name => (name, name));
}
