namespace IfGuide.Cli.Settings;

/// <summary>Ctrl-C or SIGTERM, with a sentence on how to go on: exit code 130.</summary>
/// <param name="message">The sentence.</param>
internal sealed class InterruptedException(string message) : OperationCanceledException(message);
