using IfGuide.Grains.Compute;
using IfGuide.Grains.Coordination;
using IfGuide.Grains.Membership;
using IfGuide.Grains.Messages;
using IfGuide.Grains.Records;
using IfGuide.Grains.Units;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.Versions.Compatibility;
using Orleans.Versions.Selector;

namespace IfGuide.Grains.Hosting;

/// <summary>Makes a silo one of IfGuide's.</summary>
public static class IfGuideSilo
{
    private static readonly Type[] ComputeGrains =
    [
        typeof(PreparationGrain), typeof(CorpusShardGrain), typeof(LayerFactorGrain),
        typeof(SelectionGrain), typeof(TrainingGrain), typeof(EvaluationGrain),
    ];

    private static readonly Type[] ControlGrains = [typeof(RunGrain), typeof(RunDirectoryGrain)];

    /// <summary>Adds the grains of the silo's role and what they work with. Clustering and reminders are the host's choice.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="options">Its settings.</param>
    public static ISiloBuilder AddIfGuide(this ISiloBuilder silo, IfGuideSiloOptions options)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(options);
        silo.Configure<GrainTypeOptions>(types => types.Classes.ExceptWith(GrainsOfOthers(options.Role)));
        ConfigureOrleans(silo);
        silo.AddOutgoingGrainCallFilter<MessageSizeGuard>();
        silo.AddIncomingGrainCallFilter<MessageSizeGuard>();
        AddServices(silo.Services, options);
        return silo;
    }

    private static Type[] GrainsOfOthers(SiloRole role) => role switch
    {
        SiloRole.Compute => ControlGrains,
        SiloRole.Control => ComputeGrains,
        _ => [],
    };

    private static void ConfigureOrleans(ISiloBuilder silo)
    {
        silo.Configure<GrainVersioningOptions>(versioning =>
        {
            // A caller is served by builds that know every method it knows, wherever there is room; src/IfGuide.Grains/README.md, "Upgrades".
            versioning.DefaultCompatibilityStrategy = nameof(BackwardCompatible);
            versioning.DefaultVersionSelectorStrategy = nameof(AllCompatibleVersions);
        });
        silo.Configure<SiloMessagingOptions>(messaging =>
        {
            messaging.ResponseTimeout = TimeSpan.FromSeconds(15);
            // A question to the directory of a silo that is only starting can be lost.
            // Nobody activates the grain that it is about until it has timed out. The default is 30 s.
            messaging.SystemResponseTimeout = TimeSpan.FromSeconds(10);
            messaging.CancelRequestOnTimeout = true;
        });
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = TimeSpan.FromSeconds(2);
            membership.MaxProbeTimeout = TimeSpan.FromSeconds(5);
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(15);
            membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(10);
        });
    }

    private static void AddServices(IServiceCollection services, IfGuideSiloOptions options)
    {
        services.TryAddSingleton(options.Time);
        services.AddSingleton(options.Store);
        services.AddSingleton(options.Executors ?? new PipelineExecutors(options.Store, options.Device, options.Threads));
        if (options.Role != SiloRole.Control)
        {
            services.AddSingleton<ComputeDevice>();
            services.AddHostedService(provider => provider.GetRequiredService<ComputeDevice>());
        }

        if (options.Role != SiloRole.Compute)
        {
            AddControl(services, options);
        }
    }

    private static void AddControl(IServiceCollection services, IfGuideSiloOptions options)
    {
        services.AddGrainStorage(RecordGrainStorage.Name, (_, _) => new RecordGrainStorage(options.Records));
        services.AddSingleton(options.Planner ?? new PipelineRunPlanner(options.Store));
        services.AddSingleton(new RunRecords(options.Records));
        services.AddSingleton(options.Ownership);
        services.AddSingleton(options.Coordination);
        services.AddSingleton(options.Scheduling);
        services.AddSingleton<SubmittedRuns>();
        services.TryAddSingleton<Evictions>();
        services.AddSingleton<ComputeSilos>();
        services.AddSingleton<RunServices>();
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<RunSupervisor>(provider, options.Supervision));
    }
}
