using Microsoft.Extensions.Hosting;

namespace IfGuide.Grains.Hosting;

/// <summary>Leaves signals to the program that holds the silo.</summary>
internal sealed class NoopHostLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
