namespace IfGuide.Abstractions.Specification;

/// <summary>Labelled texts that the linear classifier is trained on, in place of the queries.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.ClassifierTextsSpec")]
public sealed record ClassifierTextsSpec
{
    /// <summary>Toxic texts, a jsonl of {text} or of query records.</summary>
    [Id(0)] public required string Toxic { get; init; }

    /// <summary>Nontoxic texts.</summary>
    [Id(1)] public required string Nontoxic { get; init; }
}

/// <summary>What makes probabilities of an ONNX classifier's outputs.</summary>
public enum OnnxActivation
{
    /// <summary>Each output by itself: several labels may hold at once (Detoxify).</summary>
    Sigmoid,

    /// <summary>All outputs together: exactly one label holds (ToxiGen-RoBERTa).</summary>
    Softmax,

    /// <summary>They are probabilities already.</summary>
    None,
}
