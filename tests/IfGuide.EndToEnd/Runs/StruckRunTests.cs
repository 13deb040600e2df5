using IfGuide.Abstractions;
using IfGuide.EndToEnd.Cluster;

namespace IfGuide.EndToEnd.Runs;

/// <summary>The fault matrix in its reduced form: one run on a cluster of processes, with another fault in every other stage. All of it is <c>deploy/fault-matrix</c>.</summary>
public sealed class StruckRunTests
{
    /// <summary>A silo, the coordinator, the store, Redis and at last everything is killed with SIGKILL.</summary>
    [Fact]
    public async Task Run_StruckInEveryOtherStage_EndsWithTheBytesOfAnUndisturbedOne()
    {
        (Stage Stage, string Fault)[] strikes = [(Stage.TrainProxy, "kill-compute"), (Stage.Covariance, "kill-coordinator"), (Stage.Lambda, "blob-restart"), (Stage.Score, "redis-restart"), (Stage.Train, "kill-all")];
        var cells = await FaultColumn.RunAsync([.. strikes.Select(strike => (strike.Stage, FaultMatrix.Faults[strike.Fault]()))], cell => TestContext.Current.SendDiagnosticMessage("{0}", cell));
        Assert.Equal(strikes.Length, cells.Count);
        Assert.Contains(cells, cell => cell.Hit); // on a busy machine a fault may strike between two short units
    }
}
