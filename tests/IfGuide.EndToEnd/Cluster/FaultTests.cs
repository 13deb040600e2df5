using IfGuide.Abstractions;

namespace IfGuide.EndToEnd.Cluster;

/// <summary>Real processes, frozen and cut off; the full matrix is <c>deploy/fault-matrix</c>.</summary>
public sealed class FaultTests
{
    /// <summary>A silo that was declared dead while it was frozen, and wakes up, changes nothing and leaves.</summary>
    [Fact]
    public Task Zombie_ChangesNothing() => StrikeAsync((Stage.Covariance, "freeze-compute"));

    /// <summary>Coordinator and compute silo cannot see each other, while both see Redis, the store and everybody else: membership alone would never end that.</summary>
    [Fact]
    public Task PartialPartition_EndsWell() => StrikeAsync((Stage.Covariance, "cut-coordinator"));

    private static async Task StrikeAsync(params (Stage Stage, string Fault)[] strikes)
    {
        var cells = await FaultColumn.RunAsync([.. strikes.Select(strike => (strike.Stage, FaultMatrix.Faults[strike.Fault]()))], cell => TestContext.Current.SendDiagnosticMessage("{0}", cell));
        Assert.All(cells, cell => Assert.True(cell.Hit, $"{cell.Fault} struck {cell.Stage} between two units."));
    }
}
