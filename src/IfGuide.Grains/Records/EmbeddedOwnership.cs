using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Records;

/// <summary>Who may coordinate a run where a process works on a store by itself.</summary>
internal static class EmbeddedOwnership
{
    /// <summary>Creates the ownership that fits a store: locks beside a folder, else the records' own word.</summary>
    /// <param name="store">The store.</param>
    /// <param name="cluster">An id that no other process has.</param>
    public static IRunOwnership Create(IStore store, string cluster)
    {
        if (store is LocalArtifactStore local)
        {
            return new FileRunOwnership(Path.Combine(local.Root, ".locks", "runs"));
        }

        return new ClusterRunOwnership(cluster, FileRunOwnership.ThisProcess, isOneProcess: true);
    }
}
