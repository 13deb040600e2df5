using IfGuide.Abstractions;
using IfGuide.Abstractions.Runs;
using IfGuide.Client;
using IfGuide.Grains.Compute;
using IfGuide.Grains.Coordination;
using IfGuide.Grains.Hosting;
using IfGuide.Storage.Artifacts;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.TestingHost;
using SchedulingOptions = IfGuide.Grains.Scheduling.SchedulingOptions;

namespace IfGuide.Grains.Tests.Toy;

/// <summary>Several silos in this process over one store.</summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster cluster;

    private SiloCluster(InProcessTestCluster cluster, MessageSizes sizes)
    {
        this.cluster = cluster;
        Sizes = sizes;
        Client = new IfGuideClient(cluster.Client);
    }

    public IfGuideClient Client { get; }

    public IGrainFactory Grains => cluster.Client;

    public MessageSizes Sizes { get; }

    public IReadOnlyList<InProcessSiloHandle> Silos => cluster.Silos;

    public Task KillAsync(InProcessSiloHandle silo) => cluster.KillSiloAsync(silo);

    public Task StartAnotherAsync() => cluster.StartAdditionalSiloAsync();

    public Task StopAsync(InProcessSiloHandle silo) => cluster.StopSiloAsync(silo);

    public IServiceProvider Services(int silo) => cluster.Silos[silo].ServiceProvider;

    public Task DeactivateAsync(RunId run) => cluster.DeactivateAsync(Grains.GetGrain<IRunGrain>(run.ToString()));

    public static async Task<SiloCluster> StartAsync(
        int silos,
        IStore store,
        IUnitExecutorFactory? executors,
        Func<int, SiloRole>? role = null,
        Func<int, IUnitExecutorFactory>? executorsOf = null,
        SchedulingOptions? scheduling = null,
        bool real = false,
        Action<int, ISiloBuilder>? configure = null)
    {
        var sizes = new MessageSizes();
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.ConfigureSilo((options, silo) =>
        {
            var index = int.Parse(options.SiloName.Split('_')[^1], System.Globalization.CultureInfo.InvariantCulture);
            silo.UseInMemoryReminderService();
            silo.AddIfGuide(new IfGuideSiloOptions
            {
                Role = role?.Invoke(index) ?? SiloRole.All,
                Store = store,
                Records = store,
                Executors = executorsOf?.Invoke(index) ?? executors,
                Planner = real ? null : new ToyPlanner(store),
                Scheduling = scheduling ?? new SchedulingOptions(),
                Coordination = new CoordinationOptions { Beat = TimeSpan.FromMilliseconds(100), Checkpoint = TimeSpan.FromMilliseconds(200), UnitWait = TimeSpan.FromMilliseconds(500), Supervision = TimeSpan.FromSeconds(1) },
            });
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                membership.ProbeTimeout = TimeSpan.FromSeconds(1);
                membership.NumMissedProbesLimit = 2;
            });
            configure?.Invoke(index, silo);
            silo.Services.AddSingleton(sizes);
            silo.AddOutgoingGrainCallFilter<MessageSizeFilter>();
        });
        builder.ConfigureClient(client =>
        {
            client.Configure<TypeManagementOptions>(types => types.TypeMapRefreshInterval = TimeSpan.FromMilliseconds(200)); // a minute otherwise
            client.Services.AddSingleton(sizes);
            client.AddOutgoingGrainCallFilter<MessageSizeFilter>();
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        await WhenTheClientKnowsAsync(cluster, silos);
        return new SiloCluster(cluster, sizes);
    }

    /// <summary>A client that came through the first silo learns a moment later what the others host.</summary>
    private static async Task WhenTheClientKnowsAsync(InProcessTestCluster cluster, int silos)
    {
        const int ClientItself = 1;
        var manifest = cluster.Client.ServiceProvider.GetRequiredService<IClusterManifestProvider>();
        for (var i = 0; i < 300 && manifest.Current.Silos.Count < silos + ClientItself; i++)
        {
            await Task.Delay(100);
        }

        Assert.Equal(silos + ClientItself, manifest.Current.Silos.Count);
    }

    public async ValueTask DisposeAsync() => await cluster.DisposeAsync();
}
