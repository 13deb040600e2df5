using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Numerics.Runtime;
using IfGuide.Pipeline.Execution;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Compute;

/// <summary>The method's own executors.</summary>
/// <param name="store">Where artifacts are read and written.</param>
/// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
/// <param name="threads">Threads of one operation on the processor; null: libtorch's own choice, one per core.</param>
public sealed class PipelineExecutors(IArtifactStore store, string device = "cpu", int? threads = null) : IUnitExecutorFactory
{
    /// <inheritdoc/>
    public bool NeedsDevice(UnitReference unit) => UnitExecutor.NeedsDevice(unit);

    /// <inheritdoc/>
    public IUnitExecutor Create() => new Executor(new UnitExecutor(store, device), device, threads);

    private sealed class Executor(UnitExecutor units, string device, int? threads) : IUnitExecutor
    {
        private bool threadsSet = threads is null;

        public string Execute(UnitReference unit, IProgress<UnitProgress>? progress, CancellationToken cancellationToken)
        {
            if (!threadsSet && UnitExecutor.NeedsDevice(unit)) // other units never load libtorch
            {
                DeviceProbe.Open(device, threads);
                threadsSet = true;
            }

            return units.Execute(unit, progress, cancellationToken);
        }

        public void Dispose() => units.Dispose();
    }
}
