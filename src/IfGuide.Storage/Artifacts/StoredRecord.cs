namespace IfGuide.Storage.Artifacts;

/// <summary>A record and its tag.</summary>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Tag">Opaque; changes with every write.</param>
public sealed record StoredRecord(byte[] Bytes, string Tag);
