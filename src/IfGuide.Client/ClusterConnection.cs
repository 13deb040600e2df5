using System.Diagnostics;
using System.Security.Authentication;
using IfGuide.Client.Clusters;
using IfGuide.Client.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace IfGuide.Client;

/// <summary>A connection to a cluster for a program without a host of its own. It survives the death of any silo, gateways included.</summary>
public sealed class ClusterConnection : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);
    private readonly ServiceProvider services;
    private readonly IConnectionMultiplexer redis;

    private ClusterConnection(ServiceProvider services, IConnectionMultiplexer redis)
    {
        this.services = services;
        this.redis = redis;
    }

    /// <summary>The runs of the cluster.</summary>
    public IIfGuideClient Client => services.GetRequiredService<IIfGuideClient>();

    /// <summary>Connects.</summary>
    /// <param name="address">The cluster.</param>
    /// <param name="options">Time limits; null: the defaults.</param>
    /// <param name="logging">Adds log providers; null: nothing is logged.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Abstractions.UserErrorException">The files of mutual TLS are not good.</exception>
    /// <exception cref="ClusterUnavailableException">Redis or every silo is out of reach.</exception>
    public static async Task<ClusterConnection> OpenAsync(ClusterAddress address, IfGuideClientOptions? options = null, Action<ILoggingBuilder>? logging = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        options ??= new IfGuideClientOptions();
        if (options.Tls is { } tls)
        {
            TlsCredentials.Open(tls, ClusterIdentity.Client); // what is wrong with the files is said before anything is waited for
        }

        var started = Stopwatch.GetTimestamp();
        var redis = await RedisConnection.ConnectAsync(address, options.ConnectTimeout, cancellationToken).ConfigureAwait(false);
        var services = Services(address, options, redis, logging);
        try
        {
            foreach (var service in services.GetServices<IHostedService>())
            {
                await service.StartAsync(cancellationToken).ConfigureAwait(false);
            }

            return new ClusterConnection(services, redis);
        }
        catch (Exception exception)
        {
            await services.DisposeAsync().ConfigureAwait(false);
            await redis.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (exception is not OrleansException and not OperationCanceledException and not RedisException)
            {
                throw;
            }

            throw new ClusterUnavailableException(
                $"The cluster '{address.Id}' at {address} has no silo that answers ({Stopwatch.GetElapsedTime(started).TotalSeconds:0} s): start one with 'ifguide silo --cluster {address}', or correct --cluster and --cluster-id. {TlsHint(options, exception)}", exception);
        }
    }

    /// <summary>The silos that are members of the cluster now.</summary>
    /// <param name="cancellationToken">Gives up asking.</param>
    /// <exception cref="ClusterUnavailableException">Nobody answers.</exception>
    public async Task<IReadOnlyList<ClusterSilo>> SilosAsync(CancellationToken cancellationToken = default)
    {
        var options = services.GetRequiredService<IfGuideClientOptions>();
        var management = services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        var members = await new GrainCaller(options, TimeProvider.System).CallAsync("silos", () => management.GetDetailedHosts(onlyActive: true), cancellationToken).ConfigureAwait(false);
        return [.. members.Select(member => new ClusterSilo(member.SiloName, member.SiloAddress.Endpoint)).OrderBy(silo => silo.Name, StringComparer.Ordinal)];
    }

    /// <summary>Leaves the cluster; its runs go on.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopTimeout);
        foreach (var service in services.GetServices<IHostedService>().Reverse())
        {
            try
            {
                await service.StopAsync(limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is OrleansException or OperationCanceledException)
            {
                // A cluster that cannot be told that this client leaves finds out by itself.
            }
        }

        await services.DisposeAsync().ConfigureAwait(false);
        await redis.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Why certificates may be the reason: a silo that refuses a client tells its own log and hangs up.</summary>
    private static string TlsHint(IfGuideClientOptions options, Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
            {
                return cause.Message;
            }
        }

        return options.Tls is null
            ? "If its silos use TLS, name --tls-certificate, --tls-key and --tls-authority."
            : "If its silos do not take this client's certificate, their logs say why.";
    }

    private static ServiceProvider Services(ClusterAddress address, IfGuideClientOptions options, IConnectionMultiplexer redis, Action<ILoggingBuilder>? logging)
    {
        var services = new ServiceCollection();
        services.AddLogging(builder => logging?.Invoke(builder));
        services.AddSingleton(options);
        services.AddIfGuideClient(address, options, redis);
        return services.BuildServiceProvider();
    }
}
