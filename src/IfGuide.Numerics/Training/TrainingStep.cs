namespace IfGuide.Numerics.Training;

/// <summary>What one optimizer step measured, before its update.</summary>
/// <param name="Step">Steps taken, this one included.</param>
/// <param name="Loss">The objective that was differentiated; negative when suppression outweighs.</param>
/// <param name="TokenLoss">Mean cross-entropy of all predicted tokens, in nats.</param>
/// <param name="SelectedLoss">Mean cross-entropy of the selected ones, in nats; null: the batch held none.</param>
/// <param name="Tokens">Predicted tokens.</param>
/// <param name="SelectedTokens">Selected tokens among them.</param>
/// <param name="GradientNorm">Euclidean norm of the gradient before clipping.</param>
/// <param name="LearningRate">Rate of the step.</param>
public sealed record TrainingStep(
    long Step,
    double Loss,
    double TokenLoss,
    double? SelectedLoss,
    long Tokens,
    long SelectedTokens,
    double GradientNorm,
    double LearningRate);
