using IfGuide.Abstractions.Specification;

namespace IfGuide.Abstractions.Rules.Keys;

/// <summary>The three properties of an evaluation that one key holds.</summary>
/// <param name="Word"><c>lexicon</c>, <c>linear</c> or <c>onnx:PATH</c>.</param>
/// <param name="Output">Which output of an ONNX classifier tells toxicity.</param>
/// <param name="Activation">What makes a probability of it.</param>
internal sealed record ClassifierChoice(string Word, string? Output = null, OnnxActivation? Activation = null)
{
    /// <summary>What stands before the path of an ONNX classifier.</summary>
    public const string OnnxPrefix = "onnx:";

    /// <summary>The path of the ONNX classifier; null: another one is chosen.</summary>
    public string? OnnxPath => Word?.StartsWith(OnnxPrefix, StringComparison.Ordinal) ?? false ? Word[OnnxPrefix.Length..] : null;

    /// <summary>The choice of an evaluation.</summary>
    /// <param name="evaluation">The evaluation.</param>
    public static ClassifierChoice From(EvaluationSpec evaluation) =>
        new(evaluation.Classifier, evaluation.ClassifierOutput, evaluation.ClassifierActivation);

    /// <summary>An evaluation with this choice.</summary>
    /// <param name="evaluation">The evaluation.</param>
    public EvaluationSpec In(EvaluationSpec evaluation) =>
        evaluation with { Classifier = Word, ClassifierOutput = Output, ClassifierActivation = Activation };
}
