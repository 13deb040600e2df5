namespace IfGuide.Storage.Artifacts;

/// <summary>A unit was computed twice with different results: something in it is not deterministic.</summary>
public sealed class ArtifactConflictException(string message) : IOException(message);
