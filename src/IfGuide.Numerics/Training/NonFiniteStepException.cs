namespace IfGuide.Numerics.Training;

/// <summary>The loss or the gradient of a training step is not finite.</summary>
public sealed class NonFiniteStepException : InvalidOperationException
{
    /// <summary>Names the step and what was not finite.</summary>
    /// <param name="step">Steps taken, the failed one included.</param>
    /// <param name="what">"loss" or "gradient norm".</param>
    /// <param name="value">What was found.</param>
    public NonFiniteStepException(long step, string what, double value)
        : base(
            $"Training diverged at step {step}: its {what} is {value}. Lower the learning rate, raise the warm-up, "
                + "clip the gradient, or bound the suppression objective (hinge, unlikelihood).")
    {
        Step = step;
        What = what;
        Value = value;
    }

    /// <summary>Steps taken, the failed one included.</summary>
    public long Step { get; }

    /// <summary>What was not finite.</summary>
    public string What { get; }

    /// <summary>What was found.</summary>
    public double Value { get; }
}
