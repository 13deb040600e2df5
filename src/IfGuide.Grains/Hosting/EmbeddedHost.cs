using System.Globalization;
using System.Net;
using IfGuide.Grains.Compute;
using IfGuide.Grains.Coordination;
using IfGuide.Grains.Records;
using IfGuide.Storage.Artifacts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IfGuide.Grains.Hosting;

/// <summary>Settings of an embedded silo.</summary>
public sealed record EmbeddedOptions
{
    /// <summary>The store.</summary>
    public required IStore Store { get; init; }

    /// <summary>The device that the silo computes on: <c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Threads of one operation on the processor; null: one per core.</summary>
    public int? Threads { get; init; }

    /// <summary>Makes the executors of units; null: the method's own, on <see cref="Device"/> with <see cref="Threads"/>.</summary>
    public IUnitExecutorFactory? Executors { get; init; }

    /// <summary>Plans runs; null: the method's own plan.</summary>
    public IRunPlanner? Planner { get; init; }

    /// <summary>Adds log providers and filters; null: nothing is logged.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }

    /// <summary>Waiting times of coordinators.</summary>
    public CoordinationOptions Coordination { get; init; } = new();
}

/// <summary>A whole cluster inside this process: one silo, nothing to install, nothing that listens beyond the loopback address.</summary>
/// <remarks>Several processes may embed a silo over one store; each run belongs to one of them at a time.</remarks>
public sealed class EmbeddedHost : IAsyncDisposable
{
    private readonly IHost host;

    private EmbeddedHost(IHost host) => this.host = host;

    /// <summary>The way to the grains.</summary>
    public IGrainFactory Grains => host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Starts the silo.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    public static async Task<EmbeddedHost> StartAsync(EmbeddedOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "ifguide" });
        builder.Services.AddSingleton<IHostLifetime, NoopHostLifetime>();
        SiloLogging.Configure(builder.Logging);
        options.Logging?.Invoke(builder.Logging);
        builder.UseOrleans(silo => Configure(silo, options));
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken);
            return new EmbeddedHost(host);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>Stops the silo: runs that are not finished stay in the store and can be resumed.</summary>
    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        if (host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }

    private static void Configure(ISiloBuilder silo, EmbeddedOptions options)
    {
        var cluster = string.Create(CultureInfo.InvariantCulture, $"embedded-{Guid.NewGuid():N}");
        // Orleans binds with SO_REUSEPORT, so that two processes on one port would both start:
        // a probed port, no gateway and an own cluster id keep them apart.
        var port = ListeningPort.Take(IPAddress.Loopback, 0, "The silo");
        silo.UseLocalhostClustering(port, gatewayPort: 0, primarySiloEndpoint: null, serviceId: "ifguide", clusterId: cluster);
        silo.UseInMemoryReminderService();
        var shared = new IfGuideSiloOptions { Store = options.Store, Records = options.Store };
        silo.AddIfGuide(shared with
        {
            Device = options.Device,
            Threads = options.Threads,
            Executors = options.Executors,
            Planner = options.Planner,
            Ownership = EmbeddedOwnership.Create(options.Store, cluster),
            Supervision = SupervisionScope.Process,
            Coordination = options.Coordination,
        });
    }
}
