using IfGuide.Pipeline.Planning;

namespace IfGuide.Pipeline.Preparation;

/// <summary>Store names of the evaluation's files.</summary>
internal sealed record StoredEvaluation
{
    public string? Prompts { get; init; }

    public string? Perplexity { get; init; }

    public string? LastWord { get; init; }

    public string? Labels { get; init; }

    public string? HardNegatives { get; init; }

    public PreparedClassifierTexts? ClassifierTexts { get; init; }

    public PreparedOnnx? Onnx { get; init; }
}
