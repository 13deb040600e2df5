using System.Globalization;
using System.Net;
using IfGuide.Client.Clusters;
using IfGuide.Client.Connections;
using IfGuide.Grains.Coordination;
using IfGuide.Grains.Membership;
using IfGuide.Grains.Records;
using IfGuide.Grains.Units;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using StackExchange.Redis;

namespace IfGuide.Grains.Hosting;

/// <summary>One silo of a cluster, in this process: Redis holds membership and reminders, the store everything else.</summary>
public sealed class ClusterHost : IAsyncDisposable
{
    /// <summary>A unit has 20 s to come to a safe point; the rest is for the silo to leave the cluster. Supervisors kill after 30 s at the earliest.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(27);

    /// <summary>Exit code of a process whose silo was declared dead by its cluster: start it again.</summary>
    public const int EvictedExitCode = 4;

    private readonly IHost host;
    private readonly IConnectionMultiplexer redis;
    private readonly HealthEndpoint? health;

    private ClusterHost(IHost host, IConnectionMultiplexer redis, HealthEndpoint? health)
    {
        this.host = host;
        this.redis = redis;
        this.health = health;
        var silo = host.Services.GetRequiredService<ILocalSiloDetails>();
        Name = silo.Name;
        Silo = silo.SiloAddress;
        Gateway = silo.GatewayAddress.Endpoint;
    }

    /// <summary>The silo's name.</summary>
    public string Name { get; }

    /// <summary>The silo's address in the cluster.</summary>
    public SiloAddress Silo { get; }

    /// <summary>Where clients connect.</summary>
    public IPEndPoint Gateway { get; }

    /// <summary>Where the health endpoint listens; null: there is none.</summary>
    public Uri? Health => health?.Address;

    /// <summary>The silo's services.</summary>
    public IServiceProvider Services => host.Services;

    /// <summary>Starts the silo; returns when it is an active member of its cluster.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="ClusterUnavailableException">Redis does not answer.</exception>
    /// <exception cref="Abstractions.UserErrorException">A port is taken, the address is not this machine's, or the files of mutual TLS are not good.</exception>
    public static async Task<ClusterHost> StartAsync(ClusterSiloOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Tls is { } tls)
        {
            TlsCredentials.Open(tls, ClusterIdentity.Silo); // what is wrong with the files is said before anything is waited for
        }

        var siloPort = ListeningPort.Take(options.Listen, options.SiloPort, "The port for silos (--silo-port)");
        var gatewayPort = ListeningPort.Take(options.Listen, options.GatewayPort, "The port for clients (--gateway-port)");
        var healthPort = options.HealthPort;
        if (healthPort is { } asked)
        {
            healthPort = ListeningPort.Take(options.Listen, asked, "The health endpoint (--health-port)");
        }

        var redis = await RedisConnection.ConnectAsync(options.Cluster, options.ConnectTimeout, cancellationToken);
        HealthEndpoint? health = null;
        IHost? host = null;
        try
        {
            host = Build(options with { SiloPort = siloPort, GatewayPort = gatewayPort }, redis);
            if (healthPort is { } port)
            {
                health = HealthEndpoint.Start(new IPEndPoint(options.Listen, port), host.Services);
            }

            await host.StartAsync(cancellationToken);
            return new ClusterHost(host, redis, health);
        }
        catch
        {
            health?.Dispose();
            host?.Dispose();
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>Leaves the cluster in order: no new units, those in work end at their next safe point, grains move elsewhere.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopTimeout);
        await host.StopAsync(limit.Token);
        health?.Dispose();
        if (host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }

        await redis.DisposeAsync();
    }

    private static IHost Build(ClusterSiloOptions options, IConnectionMultiplexer redis)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "ifguide" });
        builder.Services.AddSingleton<IHostLifetime, NoopHostLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        SiloLogging.Configure(builder.Logging);
        options.Logging?.Invoke(builder.Logging);
        builder.UseOrleans(silo => Configure(silo, options, redis));
        return builder.Build();
    }

    private static void Configure(ISiloBuilder silo, ClusterSiloOptions options, IConnectionMultiplexer redis)
    {
        silo.Configure<ClusterOptions>(cluster =>
        {
            // Reminders belong to the service id: with one of its own, a cluster never sees those of another over the same Redis.
            cluster.ServiceId = options.Cluster.Id;
            cluster.ClusterId = options.Cluster.Id;
        });
        var processName = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}");
        silo.Configure<SiloOptions>(names => names.SiloName = options.Name ?? processName);
        silo.ConfigureEndpoints(options.Listen, options.SiloPort, options.GatewayPort, listenOnAnyHostAddress: false);
        UseRedis(silo, options.Cluster, redis);
        if (options.Tls is { } tls)
        {
            silo.UseMutualTls(tls);
        }

        silo.Services.Replace(ServiceDescriptor.Singleton<IFatalErrorHandler, FatalErrorHandler>());
        silo.AddReachability(new ReachabilityRoles(typeof(RunGrain), typeof(CorpusShardGrain)));
        var self = $"the cluster '{options.Cluster.Id}' at {options.Cluster}";
        silo.AddIfGuide(options.Silo with { Ownership = new ClusterRunOwnership(options.Cluster.Id, self) });
    }

    private static void UseRedis(ISiloBuilder silo, ClusterAddress cluster, IConnectionMultiplexer redis)
    {
        silo.UseRedisClustering(clustering =>
        {
            clustering.ConfigurationOptions = cluster.ToConfiguration();
            clustering.CreateMultiplexer = _ => Task.FromResult((redis, IsShared: true));
        });
        silo.UseRedisReminderService(reminders =>
        {
            reminders.ConfigurationOptions = cluster.ToConfiguration();
            reminders.CreateMultiplexer = _ => Task.FromResult((redis, IsShared: true));
        });
    }
}
