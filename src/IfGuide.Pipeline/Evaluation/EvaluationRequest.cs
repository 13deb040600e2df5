using IfGuide.Abstractions.Specification;

namespace IfGuide.Pipeline.Evaluation;

/// <summary>What is measured of a model that no run trained.</summary>
public sealed record EvaluationRequest
{
    /// <summary>A Hugging Face folder.</summary>
    public required string Model { get; init; }

    /// <summary>Path of tokenizer.json; null: the folder's.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>Prompts, sampling, classifier, held-out text and last words; what is compared does not apply.</summary>
    public required EvaluationSpec Evaluation { get; init; }

    /// <summary>Toxic queries whose loss is measured, and from which the linear classifier learns; null: none.</summary>
    public string? Toxic { get; init; }

    /// <summary>Nontoxic queries; null: none.</summary>
    public string? Nontoxic { get; init; }

    /// <summary>Token arrays of a corpus, for the loss of its selected tokens; null: not measured.</summary>
    public PretokenisedSpec? Corpus { get; init; }

    /// <summary>Mask of the selected tokens, an .npy of booleans of the corpus' shape; null: not measured.</summary>
    public string? Mask { get; init; }

    /// <summary>Tokens of a block of held-out text; null: 2,048, or the model's positions where they are fewer.</summary>
    public int? Block { get; init; }

    /// <summary>Seed of sampling and intervals.</summary>
    public ulong Seed { get; init; } = 1004;

    /// <summary>Longest query in tokens.</summary>
    public int QueryLength { get; init; } = 256;
}
