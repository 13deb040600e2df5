namespace IfGuide.Storage.Artifacts;

/// <summary>There is no artifact of that name.</summary>
public sealed class ArtifactNotFoundException(string message) : IOException(message);

/// <summary>An artifact's bytes do not have the digest that was recorded when it was written.</summary>
public sealed class ArtifactCorruptException(string message) : IOException(message);

/// <summary>A unit was computed twice with different results: something in it is not deterministic.</summary>
public sealed class ArtifactConflictException(string message) : IOException(message);
