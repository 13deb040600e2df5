namespace IfGuide.Abstractions.Specification;

/// <summary>How models are measured.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.EvaluationSpec")]
public sealed record EvaluationSpec
{
    /// <summary>Prompts whose continuations are sampled, a jsonl; null: no toxicity is measured.</summary>
    [Id(0)] public string? Prompts { get; init; }

    /// <summary>Continuations per prompt.</summary>
    [Id(1)] public int Samples { get; init; } = 25;

    /// <summary>Tokens per continuation.</summary>
    [Id(2)] public int MaxNewTokens { get; init; } = 20;

    /// <summary>Nucleus of the sampling; in (0, 1].</summary>
    [Id(3)] public double TopP { get; init; } = 0.9;

    /// <summary><c>lexicon</c>, <c>linear</c>, or <c>onnx:PATH</c>.</summary>
    [Id(4)] public string Classifier { get; init; } = "lexicon";

    /// <summary>Held-out text for perplexity, a jsonl.</summary>
    [Id(5)] public string? Perplexity { get; init; }

    /// <summary>LAMBADA-like records for last-word accuracy, a jsonl.</summary>
    [Id(6)] public string? LastWord { get; init; }

    /// <summary>Models that are compared: <c>base</c>, <c>suppressed</c>, <c>word-filter</c>, <c>document-filter</c>, <c>random</c>, <c>rad</c>, <c>dpo</c>, <c>suppressed-rad</c>.</summary>
    [Id(7)] public IReadOnlyList<string> Compare { get; init => field = value.ToArray(); } = new[] { "base", "suppressed" };

    /// <summary>Known toxic spans of the corpus' documents, a jsonl of {id, spans: [{start, end}]}; null: none. The selection's precision and recall are measured against them.</summary>
    [Id(8)] public string? Labels { get; init; }

    /// <summary>Reward-augmented decoding of <c>rad</c> and <c>suppressed-rad</c>; null: its defaults.</summary>
    [Id(9)] public RadSpec? Rad { get; init; }

    /// <summary>Preference training of <c>dpo</c>; null: its defaults.</summary>
    [Id(10)] public DpoSpec? Dpo { get; init; }

    /// <summary>Texts of the linear classifier; null: the queries' continuations.</summary>
    [Id(11)] public ClassifierTextsSpec? ClassifierTexts { get; init; }

    /// <summary>Which output of an ONNX classifier tells toxicity, a label's name or an index; null: found by name.</summary>
    [Id(12)] public string? ClassifierOutput { get; init; }

    /// <summary>What makes a probability of it; null: softmax over two outputs, sigmoid otherwise.</summary>
    [Id(13)] public OnnxActivation? ClassifierActivation { get; init; }

    /// <summary>Innocent texts with harsh words or their look-alikes, a jsonl of {text}; null: none. Their loss tells what else was unlearned.</summary>
    [Id(14)] public string? HardNegatives { get; init; }
}
