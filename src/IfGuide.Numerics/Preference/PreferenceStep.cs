namespace IfGuide.Numerics.Preference;

/// <summary>What one step of preference training measured, before its update.</summary>
/// <param name="Step">Steps taken, this one included.</param>
/// <param name="Loss">Mean loss of a pair; ln 2 where the model is the reference.</param>
/// <param name="Preferred">Share of the pairs whose preferred text gained more likelihood than the rejected one.</param>
/// <param name="GradientNorm">Euclidean norm of the gradient before clipping.</param>
/// <param name="LearningRate">Rate of the step.</param>
public sealed record PreferenceStep(long Step, double Loss, double Preferred, double GradientNorm, double LearningRate);
