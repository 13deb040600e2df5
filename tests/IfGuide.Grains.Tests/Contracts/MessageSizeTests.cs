using IfGuide.Abstractions;
using IfGuide.Abstractions.Runs;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Messages;
using IfGuide.Grains.Tests.Toy;
using Microsoft.Extensions.DependencyInjection;

namespace IfGuide.Grains.Tests.Contracts;

/// <summary>What is too large for a grain call is refused where it would be sent, by name.</summary>
public sealed class MessageSizeTests
{
    [Fact]
    public async Task Arguments_OverTheLimit_AreNotSent()
    {
        using var folder = new TemporaryStore();
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, new ToyExecutors(folder.Store));
        var grains = cluster.Services(0).GetRequiredService<IGrainFactory>();
        var unit = new UnitReference { Run = RunId.Parse("toy"), Specification = "s", Stage = Stage.Score, Name = new string('x', MessageSizeGuard.Largest), Kind = UnitKind.CorpusShard, Artifact = "score/k/a" };
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => grains.GetGrain<ICorpusShardGrain>("toy/Score/a").Ensure(unit, TimeSpan.Zero));
        Assert.Contains("IUnitGrain", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Ensure", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_OverTheLimit_IsAnErrorAndNotALostConnection()
    {
        using var folder = new TemporaryStore();
        await using var cluster = await SiloCluster.StartAsync(1, folder.Store, new ToyExecutors(folder.Store));
        var longest = new Abstractions.Specification.QuerySetSpec { Path = "/" + new string('p', 4000) };
        var behaviours = Enumerable.Range(0, MessageSizeGuard.Largest / 8000 + 1)
            .Select(number => new Abstractions.Specification.BehaviourSpec { Name = $"b{number}", Toxic = longest, Nontoxic = longest });
        var specification = ToyRun.Specification() with { Queries = new Abstractions.Specification.QueriesSpec { Behaviours = behaviours.ToArray() } };
        var run = cluster.Grains.GetGrain<IRunGrain>("toy");
        await run.Submit(specification);
        var refused = await Assert.ThrowsAnyAsync<Exception>(run.GetSpecification);
        Assert.Contains("GetSpecification", refused.Message, StringComparison.Ordinal);
        Assert.NotNull(await run.GetStatus());
    }
}
