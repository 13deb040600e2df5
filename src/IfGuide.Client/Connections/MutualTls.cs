using IfGuide.Abstractions;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;

namespace IfGuide.Client.Connections;

/// <summary>Mutual TLS for the connections of a cluster: a private authority, certificates on both sides, names checked on each kind of connection.</summary>
public static class MutualTls
{
    /// <summary>Makes a cluster client show a client's certificate and talk to silos only.</summary>
    /// <param name="client">The client.</param>
    /// <param name="tls">The files.</param>
    /// <exception cref="UserErrorException">The files are not good; the message says which and why.</exception>
    public static IClientBuilder UseMutualTls(this IClientBuilder client, ClusterTls tls)
    {
        ArgumentNullException.ThrowIfNull(client);
        var credentials = TlsCredentials.Open(tls, ClusterIdentity.Client);
        return client.Configure<ClientConnectionOptions>(options => options.ConfigureConnection(builder => builder.UseMutualTlsOutbound(credentials)));
    }

    /// <summary>Secures connections that this process accepts.</summary>
    /// <param name="builder">The connections.</param>
    /// <param name="credentials">The own certificate.</param>
    /// <param name="accepted">Who may connect.</param>
    public static IConnectionBuilder UseMutualTlsInbound(this IConnectionBuilder builder, TlsCredentials credentials, params ClusterIdentity[] accepted) =>
        Use(builder, credentials, accepted, isServer: true);

    /// <summary>Secures connections that this process opens, all of them to silos.</summary>
    /// <param name="builder">The connections.</param>
    /// <param name="credentials">The own certificate.</param>
    public static IConnectionBuilder UseMutualTlsOutbound(this IConnectionBuilder builder, TlsCredentials credentials) =>
        Use(builder, credentials, [ClusterIdentity.Silo], isServer: false);

    private static IConnectionBuilder Use(IConnectionBuilder builder, TlsCredentials credentials, ClusterIdentity[] accepted, bool isServer)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(credentials);
        var logger = (builder.ApplicationServices.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("IfGuide.Connections");
        return builder.Use(next => new MutualTlsConnection(next, credentials, accepted, isServer, logger).RunAsync);
    }
}
