namespace IfGuide.Storage.Artifacts;

/// <summary>One store: its artifacts and its records.</summary>
public interface IStore : IArtifactStore, IRecordStore
{
    /// <summary>The store as <c>--store</c> names it, for messages: <c>file:/absolute/path</c> or <c>azure:container</c>. Holds no secret.</summary>
    string Uri { get; }
}
