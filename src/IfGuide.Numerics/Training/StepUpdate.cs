namespace IfGuide.Numerics.Training;

/// <summary>What an optimizer did in one step.</summary>
/// <param name="Step">Steps taken, this one included.</param>
/// <param name="GradientNorm">Euclidean norm of the gradient before clipping.</param>
/// <param name="LearningRate">Rate of the step.</param>
internal readonly record struct StepUpdate(long Step, double GradientNorm, double LearningRate);
