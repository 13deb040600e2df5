using IfGuide.Client.Connections;

namespace IfGuide.Client;

/// <summary>A client's certificate and time limits.</summary>
public sealed record IfGuideClientOptions
{
    /// <summary>The certificate that the client shows to silos, its key, and the authority that silos must be of; null: plain text, which nobody should use beyond one machine.</summary>
    public ClusterTls? Tls { get; init; }

    /// <summary>Time limit of one call. Submitting and deleting touch the store; everything else answers at once or within its own wait.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How long a watcher's call waits for the next event; at most 5 s.</summary>
    public TimeSpan EventWait { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a starting client looks for Redis, and then for a silo.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long calls are repeated before the cluster counts as unavailable.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a watcher's calls are repeated: a cluster of which every silo was killed may come back, and the run goes on.</summary>
    public TimeSpan WatchersGiveUpAfter { get; init; } = TimeSpan.FromMinutes(5);
}
