namespace IfGuide.Cli.Settings;

/// <summary>No cluster or store could be reached: exit code 3.</summary>
/// <param name="message">What was tried and what to do.</param>
/// <param name="innerException">What was caught.</param>
internal sealed class OutOfReachException(string message, Exception? innerException = null) : Exception(message, innerException);
