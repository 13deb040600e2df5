using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Hosting;
using IfGuide.Grains.Tests.Toy;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Metadata;

namespace IfGuide.Grains.Tests.Runs;

/// <summary>Silos of two builds in one cluster: the newer build's unit grains have the next interface version.</summary>
public sealed class MixedBuildTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task CoordinatorOfTheOlderBuild_IsServedByComputeSilosOfBoth()
    {
        using var folder = new TemporaryStore();
        var (older, newer) = await RunAsync(folder, newerBuilds: [2]);
        Assert.NotEmpty(older.Computed);
        Assert.NotEmpty(newer.Computed);

        using var undisturbed = new TemporaryStore();
        await using var single = await SiloCluster.StartAsync(1, undisturbed.Store, new ToyExecutors(undisturbed.Store));
        await (await single.Client.SubmitAsync(ToyRun.Specification(shards: 16))).WaitAsync().WaitAsync(Limit);
        Assert.Equal(await undisturbed.DigestsAsync(), await folder.DigestsAsync());
    }

    [Fact]
    public async Task CoordinatorOfTheNewerBuild_IsServedByNewerComputeSilosAlone()
    {
        using var folder = new TemporaryStore();
        var (older, newer) = await RunAsync(folder, newerBuilds: [0, 2]);
        Assert.Empty(older.Computed);
        Assert.NotEmpty(newer.Computed);
    }

    /// <summary>One control silo (0) and two compute silos (1, 2); returns what the two computed.</summary>
    private static async Task<(ToyExecutors First, ToyExecutors Second)> RunAsync(TemporaryStore folder, int[] newerBuilds)
    {
        var executors = Enumerable.Range(0, 3).Select(_ => new ToyExecutors(folder.Store) { OnUnit = (_, _) => Thread.Sleep(20) }).ToArray();
        await using var cluster = await SiloCluster.StartAsync(
            3,
            folder.Store,
            executors[0],
            role: index => index == 0 ? SiloRole.Control : SiloRole.Compute,
            executorsOf: index => executors[index],
            configure: (index, silo) =>
            {
                if (newerBuilds.Contains(index))
                {
                    silo.Services.AddSingleton<IGrainInterfacePropertiesProvider, NextVersion>();
                }
            });
        var run = await cluster.Client.SubmitAsync(ToyRun.Specification(shards: 16));
        var status = await run.WaitAsync().WaitAsync(Limit);
        Assert.Equal(RunState.Done, status?.State);
        return (executors[1], executors[2]);
    }

    /// <summary>What the next build would say of its unit grains.</summary>
    private sealed class NextVersion : IGrainInterfacePropertiesProvider
    {
        public void Populate(Type interfaceType, GrainInterfaceType grainInterfaceType, Dictionary<string, string> properties)
        {
            if (typeof(IUnitGrain).IsAssignableFrom(interfaceType))
            {
                properties[WellKnownGrainInterfaceProperties.Version] = "2";
            }
        }
    }
}
