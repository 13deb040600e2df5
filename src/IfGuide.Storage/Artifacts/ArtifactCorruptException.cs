namespace IfGuide.Storage.Artifacts;

/// <summary>An artifact's or a record's bytes do not have the digest that was recorded when they were written.</summary>
public sealed class ArtifactCorruptException(string message) : IOException(message)
{
    /// <summary>The artifact's store name; null for a record.</summary>
    public string? Artifact { get; init; }
}
