namespace IfGuide.Client.Clusters;

/// <summary>No silo answered, although it was asked repeatedly: exit code 3.</summary>
/// <param name="message">What was asked and for how long.</param>
/// <param name="innerException">The last failure.</param>
public sealed class ClusterUnavailableException(string message, Exception innerException) : Exception(message, innerException);
