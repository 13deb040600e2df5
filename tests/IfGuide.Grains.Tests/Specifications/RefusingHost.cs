using IfGuide.Abstractions;
using IfGuide.Abstractions.Runs;
using IfGuide.Abstractions.Specification;
using IfGuide.Client;
using IfGuide.Grains.Coordination;
using IfGuide.Grains.Hosting;
using IfGuide.Grains.Tests.Toy;

namespace IfGuide.Grains.Tests.Specifications;

/// <summary>A silo in this process that is given wrong specifications.</summary>
public sealed class RefusingHost : IAsyncLifetime
{
    private readonly TemporaryStore folder = new();
    private ToyExecutors? executors;
    private EmbeddedHost? host;

    private IGrainFactory Grains => host!.Grains;

    public async ValueTask InitializeAsync()
    {
        executors = new ToyExecutors(folder.Store);
        host = await EmbeddedHost.StartAsync(new EmbeddedOptions
        {
            Store = folder.Store,
            Executors = executors,
            Planner = new PipelineRunPlanner(folder.Store),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await host!.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>What the client says to a specification.</summary>
    internal async Task<string> ClientRefusesAsync(RunSpec specification) =>
        (await Assert.ThrowsAsync<UserErrorException>(() => new IfGuideClient(Grains).SubmitAsync(specification))).Message;

    /// <summary>What the coordinator says to one that came past the client.</summary>
    internal async Task<string> CoordinatorRefusesAsync(RunSpec specification)
    {
        var grain = Grains.GetGrain<IRunGrain>(specification.Run.ToString());
        return (await Assert.ThrowsAsync<UserErrorException>(() => grain.Submit(specification))).Message;
    }

    /// <summary>Nothing was stored, and nothing computed.</summary>
    internal async Task AssertUntouchedAsync()
    {
        Assert.Empty(executors!.Computed);
        Assert.Empty(await new IfGuideClient(Grains).ListAsync());
        Assert.Empty(await folder.DigestsAsync());
    }
}
