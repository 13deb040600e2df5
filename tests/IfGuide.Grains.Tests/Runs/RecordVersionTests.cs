using System.Text;
using IfGuide.Abstractions;
using IfGuide.Grains.Compute;
using IfGuide.Grains.Records;
using IfGuide.Grains.Tests.Toy;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Tests.Runs;

/// <summary>Records of runs between builds.</summary>
public sealed class RecordVersionTests
{
    [Fact]
    public async Task Record_OfANewerBuild_IsRefusedByName()
    {
        using var folder = new TemporaryStore();
        await WriteAsync(folder, """{ "schemaVersion": 2, "run": "toy", "state": "running" }""");
        var refusal = await Assert.ThrowsAsync<OtherBuildException>(() => new RunRecords(folder.Store).ReadAsync(RunId.Parse("toy")));
        Assert.StartsWith("The record 'runs/toy.json' was written by a newer IfGuide: its schema version is 2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Record_OfThisVersion_WithMoreOrLessInIt_IsRead()
    {
        using var folder = new TemporaryStore();
        await WriteAsync(folder, """{ "run": "toy", "state": "done", "colour": "green" }""");
        Assert.Equal(RunState.Done, (await new RunRecords(folder.Store).ReadAsync(RunId.Parse("toy")))?.State);
    }

    [Fact]
    public void Unit_OfAnotherBuild_IsHandedBack_ForAnotherSiloToCompute() =>
        Assert.Equal(FailureKind.HandedBack, FailureReport.Of(new OtherBuildException("planned by another build"), unit: null, silo: null).Kind);

    private static Task<string?> WriteAsync(TemporaryStore folder, string json) => folder.Store.WriteAsync("runs/toy.json", Encoding.UTF8.GetBytes(json), tag: null);
}
