namespace IfGuide.Pipeline.Training;

/// <summary>A training diverged and was stopped. Nobody erred in a way that could be seen before, so it is neither the user's fault nor a defect; the message says what to change.</summary>
/// <param name="message">What was found, at which step, which checkpoint is kept, and the remedy.</param>
/// <param name="cause">What the trainer found; null: the held-out text told.</param>
public sealed class DivergedTrainingException(string message, Exception? cause = null) : Exception(message, cause);
