namespace IfGuide.Storage.Artifacts;

/// <summary>There is no artifact of that name.</summary>
public sealed class ArtifactNotFoundException(string message) : IOException(message)
{
    /// <summary>The name that was looked for.</summary>
    public string? Artifact { get; init; }
}
