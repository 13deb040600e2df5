using System.Globalization;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Compute;
using IfGuide.Grains.Coordination;
using IfGuide.Grains.Records;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Planning;

namespace IfGuide.Benchmarks.Scheduling;

/// <summary>A method of one stage with many units that compute nothing.</summary>
internal sealed class EmptyMethod(MemoryStore store, int units) : IRunPlanner, IUnitExecutorFactory
{
    private const string Inputs = "prepare/empty/inputs";

    public static string Artifact(int unit) => string.Create(CultureInfo.InvariantCulture, $"covariance/0123456789abcdef0123456789abcdef/shard-{unit:D6}");

    public Task<string> StoreAsync(RunSpec specification, CancellationToken cancellationToken = default) => SpecificationStore.PutAsync(store, specification, cancellationToken);

    public Task<RunSpec> ReadAsync(string name, CancellationToken cancellationToken = default) => SpecificationStore.GetAsync(store, name, cancellationToken);

    public UnitReference Preparation(RunSpec specification, string name) => RunPlan.Preparation(specification, name);

    public Task<RunStages> PlanAsync(RunSpec specification, string name, string inputs, CancellationToken cancellationToken = default)
    {
        UnitReference[] wave = [.. Enumerable.Range(0, units).Select(unit => new UnitReference
        {
            Run = specification.Run,
            Specification = name,
            Inputs = inputs,
            Stage = Stage.Covariance,
            Name = string.Create(CultureInfo.InvariantCulture, $"shard-{unit:D6}"),
            Kind = UnitKind.CorpusShard,
            Artifact = Artifact(unit),
        })];
        return Task.FromResult(new RunStages([new StagePlan(Stage.Covariance, [wave])], []));
    }

    public Task<IReadOnlySet<string>> ReferencesAsync(RunVersion version, CancellationToken cancellationToken = default) => Task.FromResult<IReadOnlySet<string>>(new HashSet<string>());

    public bool NeedsDevice(UnitReference unit) => unit.Kind == UnitKind.CorpusShard;

    public IUnitExecutor Create() => new Executor(store);

    private sealed class Executor(MemoryStore store) : IUnitExecutor
    {
        public string Execute(UnitReference unit, IProgress<UnitProgress>? progress, CancellationToken cancellationToken)
        {
            var artifact = unit.Kind == UnitKind.Preparation ? Inputs : unit.Artifact;
            store.Add(artifact);
            return artifact;
        }

        public void Dispose()
        {
        }
    }
}
