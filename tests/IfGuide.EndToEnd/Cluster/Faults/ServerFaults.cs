namespace IfGuide.EndToEnd.Cluster.Faults;

/// <summary>A server is killed (kill -9) and started again after a while, over the data that it had on disk.</summary>
/// <param name="name">What people call it.</param>
/// <param name="server"><c>redis</c> or <c>blob</c>.</param>
/// <param name="down">How long it is away.</param>
internal sealed class ServerDown(string name, string server, TimeSpan down) : Fault(name)
{
    private readonly List<Task> returns = [];

    public override async Task StrikeAsync(FaultScene scene)
    {
        scene.Time = DateTimeOffset.UtcNow;
        scene.Cluster.Signal(server, "KILL");
        var back = ReturnAsync(scene.Cluster);
        returns.Add(back);
        if (server == "blob")
        {
            await back; // nothing can be done without the store
        }
    }

    public override Task<TimeSpan> RecoveredAsync(FaultScene scene) => scene.UntilUnitEndsAsync();

    /// <remarks>Without Redis no silo and no client can come in, so that the next stage waits for it.</remarks>
    public override Task HealAsync(FaultScene scene) => Task.WhenAll(returns);

    private async Task ReturnAsync(LocalCluster cluster)
    {
        await Task.Delay(down);
        await cluster.RestartAsync(server);
    }
}
