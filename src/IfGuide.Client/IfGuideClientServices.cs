using IfGuide.Client.Clusters;
using IfGuide.Client.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using StackExchange.Redis;

namespace IfGuide.Client;

/// <summary>Registers the client.</summary>
public static class IfGuideClientServices
{
    /// <summary>Adds <see cref="IIfGuideClient"/> over the process' Orleans client or silo, which must be registered too.</summary>
    /// <param name="services">The services.</param>
    /// <param name="options">Time limits; null: the defaults.</param>
    public static IServiceCollection AddIfGuideClient(this IServiceCollection services, IfGuideClientOptions? options = null)
    {
        services.TryAddSingleton<IIfGuideClient>(provider => new IfGuideClient(provider.GetRequiredService<IGrainFactory>(), options, provider.GetService<TimeProvider>()));
        return services;
    }

    /// <summary>Adds <see cref="IIfGuideClient"/> over a cluster, with the Orleans client that it needs; the program's host connects it when it starts.</summary>
    /// <param name="services">The services.</param>
    /// <param name="cluster">The cluster's Redis: <c>redis://HOST:PORT</c>, or <c>rediss://HOST:PORT</c> over TLS.</param>
    /// <param name="options">Certificate and time limits; null: plain text and the defaults.</param>
    /// <exception cref="Abstractions.UserErrorException">The address has another form.</exception>
    public static IServiceCollection AddIfGuideClient(this IServiceCollection services, string cluster, IfGuideClientOptions? options = null) =>
        services.AddIfGuideClient(ClusterAddress.Parse(cluster), options);

    /// <summary>Adds <see cref="IIfGuideClient"/> over a cluster, with the Orleans client that it needs; the program's host connects it when it starts.</summary>
    /// <param name="services">The services.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="options">Certificate and time limits; null: plain text and the defaults.</param>
    /// <param name="redis">A connection to the cluster's Redis, which stays the caller's; null: one of its own.</param>
    public static IServiceCollection AddIfGuideClient(this IServiceCollection services, ClusterAddress cluster, IfGuideClientOptions? options = null, IConnectionMultiplexer? redis = null)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        options ??= new IfGuideClientOptions();
        services.AddOrleansClient(client =>
        {
            client.UseRedisClustering(clustering =>
            {
                clustering.ConfigurationOptions = cluster.ToConfiguration();
                if (redis is not null)
                {
                    clustering.CreateMultiplexer = _ => Task.FromResult((redis, IsShared: true));
                }
            });
            client.Configure<ClusterOptions>(names =>
            {
                names.ServiceId = cluster.Id;
                names.ClusterId = cluster.Id;
            });
            // A gateway that died is left out, and a new one found, within seconds; the default is a minute.
            client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = TimeSpan.FromSeconds(5));
            // What silos host is learnt as they come; a client that came before the first control silo would wait for a minute otherwise.
            client.Configure<TypeManagementOptions>(types => types.TypeMapRefreshInterval = TimeSpan.FromSeconds(1));
            client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = options.CallTimeout);
            if (options.Tls is { } tls)
            {
                client.UseMutualTls(tls);
            }

            client.UseConnectionRetryFilter(new ConnectionPatience(options.ConnectTimeout));
        });
        return services.AddIfGuideClient(options);
    }
}
