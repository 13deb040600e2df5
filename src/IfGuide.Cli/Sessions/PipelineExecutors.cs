using IfGuide.Abstractions.Units;
using IfGuide.Grains.Compute;
using IfGuide.Numerics.Runtime;
using IfGuide.Pipeline.Execution;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Cli.Sessions;

/// <summary>Executors of the method's units, on the device that the user named.</summary>
internal sealed class PipelineExecutors(IArtifactStore store, string device, int? threads) : IUnitExecutorFactory
{
    public bool NeedsDevice(UnitReference unit) => UnitExecutor.NeedsDevice(unit);

    public IUnitExecutor Create() => new Executor(new UnitExecutor(store, device), device, threads);

    private sealed class Executor(UnitExecutor units, string device, int? threads) : IUnitExecutor
    {
        private bool threadsSet = threads is null;

        public string Execute(UnitReference unit, IProgress<UnitProgress>? progress, CancellationToken cancellationToken)
        {
            if (!threadsSet && UnitExecutor.NeedsDevice(unit))
            {
                DeviceProbe.Open(device, threads);
                threadsSet = true;
            }

            return units.Execute(unit, progress, cancellationToken);
        }

        public void Dispose() => units.Dispose();
    }
}
