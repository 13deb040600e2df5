using IfGuide.Abstractions;
using IfGuide.Grains.Records;
using IfGuide.Grains.Tests.Toy;
using Orleans.Storage;

namespace IfGuide.Grains.Tests.Runs;

/// <summary>The contract of a grain storage provider, on the store's records.</summary>
public sealed class RecordGrainStorageTests : IDisposable
{
    private static readonly GrainId Grain = GrainId.Create("run", "storage-test");
    private readonly TemporaryStore folder = new();
    private readonly RecordGrainStorage storage;

    public RecordGrainStorageTests() => storage = new RecordGrainStorage(folder.Store);

    [Fact]
    public async Task Read_Missing_GivesAFreshState()
    {
        var state = await ReadAsync();
        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Equal(new RunRecord { Run = RunId.Parse("storage-test") }, state.State);
    }

    [Fact]
    public async Task Write_ThenRead_GivesTheSame()
    {
        var state = await ReadAsync();
        state.State = state.State! with { Specification = "specification/a.json", LastSequence = 7, Versions = [new RunVersion("specification/a.json", "prepare/b")] };
        await storage.WriteStateAsync(RunRecord.StateName, Grain, state);
        var back = await ReadAsync();
        Assert.True(back.RecordExists);
        Assert.Equal(state.ETag, back.ETag);
        Assert.Equivalent(state.State, back.State, strict: true);
    }

    [Fact]
    public async Task Write_Stale_IsRefused_AndChangesNothing()
    {
        var one = await ReadAsync();
        var two = await ReadAsync();
        one.State = one.State! with { LastSequence = 1 };
        await storage.WriteStateAsync(RunRecord.StateName, Grain, one);
        two.State = two.State! with { LastSequence = 2 };
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync(RunRecord.StateName, Grain, two));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync(RunRecord.StateName, Grain, new GrainState<RunRecord>(new RunRecord(), "stale")));
        Assert.Equal(1, (await ReadAsync()).State!.LastSequence);
    }

    [Fact]
    public async Task Write_ManyAtOnce_OneWinsEachRound()
    {
        for (var round = 0; round < 5; round++)
        {
            var writers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ReadAsync()));
            var outcomes = await Task.WhenAll(writers.Select(state => Task.Run(async () =>
            {
                try
                {
                    await storage.WriteStateAsync(RunRecord.StateName, Grain, state);
                    return true;
                }
                catch (InconsistentStateException)
                {
                    return false;
                }
            })));
            Assert.Single(outcomes, won => won);
        }
    }

    [Fact]
    public async Task Clear_RemovesTheRecord()
    {
        var state = await ReadAsync();
        await storage.WriteStateAsync(RunRecord.StateName, Grain, state);
        await storage.ClearStateAsync(RunRecord.StateName, Grain, state);
        Assert.False(state.RecordExists);
        Assert.False((await ReadAsync()).RecordExists);
        await storage.WriteStateAsync(RunRecord.StateName, Grain, state);
    }

    public void Dispose() => folder.Dispose();

    private async Task<GrainState<RunRecord>> ReadAsync()
    {
        var state = new GrainState<RunRecord>(new RunRecord());
        await storage.ReadStateAsync(RunRecord.StateName, Grain, state);
        state.State = state.State! with { Run = RunId.Parse("storage-test") };
        return state;
    }
}
