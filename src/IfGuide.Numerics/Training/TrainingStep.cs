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
    long Step, double Loss, double TokenLoss, double? SelectedLoss, long Tokens, long SelectedTokens, double GradientNorm, double LearningRate);

/// <summary>The loss or the gradient of a training step is not finite.</summary>
public sealed class TrainingDivergedException : InvalidOperationException
{
    /// <summary>Names the step and what was not finite.</summary>
    /// <param name="step">Steps taken, the failed one included.</param>
    /// <param name="what">"loss" or "gradient norm".</param>
    /// <param name="value">What was found.</param>
    public TrainingDivergedException(long step, string what, double value)
        : base($"Training diverged at step {step}: its {what} is {value}. Lower the learning rate, raise the warm-up, clip the gradient, or bound the suppression objective (hinge, unlikelihood).") =>
        (Step, What, Value) = (step, what, value);

    /// <summary>Steps taken, the failed one included.</summary>
    public long Step { get; }

    /// <summary>What was not finite.</summary>
    public string What { get; }

    /// <summary>What was found.</summary>
    public double Value { get; }
}
