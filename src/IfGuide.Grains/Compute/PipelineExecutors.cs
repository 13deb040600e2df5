using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Execution;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Compute;

/// <summary>The method's own executors.</summary>
/// <param name="store">Where artifacts are read and written.</param>
/// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
public sealed class PipelineExecutors(IArtifactStore store, string device = "cpu") : IUnitExecutorFactory
{
    /// <inheritdoc/>
    public bool NeedsDevice(UnitReference unit) => UnitExecutor.NeedsDevice(unit);

    /// <inheritdoc/>
    public IUnitExecutor Create() => new Executor(new UnitExecutor(store, device));

    private sealed class Executor(UnitExecutor executor) : IUnitExecutor
    {
        public string Execute(UnitReference unit, IProgress<UnitProgress>? progress, CancellationToken cancellationToken) => executor.Execute(unit, progress, cancellationToken);

        public void Dispose() => executor.Dispose();
    }
}
