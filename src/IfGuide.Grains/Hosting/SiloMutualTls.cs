using IfGuide.Abstractions;
using IfGuide.Client.Connections;
using Orleans.Configuration;

namespace IfGuide.Grains.Hosting;

/// <summary>Mutual TLS for a silo's connections.</summary>
public static class SiloMutualTls
{
    /// <summary>Lets silos alone join and silos and clients call: a client's certificate opens the gateway and not the silo's port.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="tls">The files.</param>
    /// <exception cref="UserErrorException">The files are not good; the message says which and why.</exception>
    public static ISiloBuilder UseMutualTls(this ISiloBuilder silo, ClusterTls tls)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var credentials = TlsCredentials.Open(tls, ClusterIdentity.Silo);
        return silo.Configure<SiloConnectionOptions>(options =>
        {
            options.ConfigureSiloInboundConnection(builder => builder.UseMutualTlsInbound(credentials, ClusterIdentity.Silo));
            options.ConfigureGatewayInboundConnection(
                builder => builder.UseMutualTlsInbound(credentials, ClusterIdentity.Client, ClusterIdentity.Silo));
            options.ConfigureSiloOutboundConnection(builder => builder.UseMutualTlsOutbound(credentials));
        });
    }
}
