using System.Net;
using IfGuide.Client.Clusters;
using IfGuide.Client.Connections;
using Microsoft.Extensions.Logging;

namespace IfGuide.Grains.Hosting;

/// <summary>Settings of a silo of a cluster.</summary>
public sealed record ClusterSiloOptions
{
    /// <summary>The cluster that the silo joins.</summary>
    public required ClusterAddress Cluster { get; init; }

    /// <summary>What the silo does: role, store, device.</summary>
    public required IfGuideSiloOptions Silo { get; init; }

    /// <summary>The silo's name, for people; null: the host's name with the process' id.</summary>
    public string? Name { get; init; }

    /// <summary>The address that it binds to and is known by.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>The silo's certificate, its key and the cluster's authority; null: plain text, which nobody should use beyond one machine.</summary>
    public ClusterTls? Tls { get; init; }

    /// <summary>Port for silos; 0: a free one.</summary>
    public int SiloPort { get; init; }

    /// <summary>Port for clients; 0: a free one.</summary>
    public int GatewayPort { get; init; }

    /// <summary>Port of the health endpoint; 0: a free one; null: none.</summary>
    public int? HealthPort { get; init; }

    /// <summary>How long a starting silo looks for Redis.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Adds log providers and filters; null: nothing is logged.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }
}
