namespace IfGuide.Storage.Artifacts;

/// <summary>An artifact's name, length and digest.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Digest">SHA-256, lower-case hexadecimal.</param>
public sealed record ArtifactDescription(string Name, long Length, string Digest);
