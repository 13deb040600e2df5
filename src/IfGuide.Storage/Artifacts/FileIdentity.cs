namespace IfGuide.Storage.Artifacts;

/// <summary>Length, inode and times of change of a file.</summary>
internal readonly record struct FileIdentity(
    long Length, ulong Inode, long ModifiedSeconds, uint ModifiedNanoseconds, long ChangedSeconds, uint ChangedNanoseconds);
