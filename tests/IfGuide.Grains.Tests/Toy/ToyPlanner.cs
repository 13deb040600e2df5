using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Coordination;
using IfGuide.Grains.Records;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Tests.Toy;

/// <summary>A method with the shape of the real one: sums over shards, merged by layer, scored by shard, selected once.</summary>
internal sealed class ToyPlanner(IArtifactStore store) : IRunPlanner
{
    public const int Layers = 3;

    public static string Inputs(RunSpec specification) => $"prepare/{Key(specification.Seed, specification.Shards)}/inputs.txt";

    public static string Covariance(RunSpec specification, int shard) => Invariant($"covariance/{Key(specification.Seed, specification.Shards)}/shard-{shard:D5}.txt");

    public static string Layer(RunSpec specification, int layer) => Invariant($"eigenbasis/{Key(specification.Seed, specification.Shards)}/layer-{layer}.txt");

    public static string Score(RunSpec specification, int shard) => Invariant($"score/{Key(specification.Seed, specification.Shards)}/shard-{shard:D5}.txt");

    public static string Selection(RunSpec specification) => $"select/{Key(specification.Seed, specification.Shards, specification.Selection.Window)}/selection.txt";

    public Task<string> StoreAsync(RunSpec specification, CancellationToken cancellationToken = default) => SpecificationStore.PutAsync(store, specification, cancellationToken);

    public Task<RunSpec> ReadAsync(string name, CancellationToken cancellationToken = default) => SpecificationStore.GetAsync(store, name, cancellationToken);

    public UnitReference Preparation(RunSpec specification, string name) => RunPlan.Preparation(specification, name);

    public Task<RunStages> PlanAsync(RunSpec specification, string name, string inputs, CancellationToken cancellationToken = default)
    {
        var shards = Enumerable.Range(0, specification.Shards!.Value).ToArray();
        UnitReference Unit(Stage stage, UnitKind kind, string artifact) => new()
        {
            Run = specification.Run,
            Specification = name,
            Inputs = inputs,
            Stage = stage,
            Name = Path.GetFileNameWithoutExtension(artifact),
            Kind = kind,
            Artifact = artifact,
        };
        StagePlan[] stages =
        [
            new(Stage.Covariance, [[.. shards.Select(shard => Unit(Stage.Covariance, UnitKind.CorpusShard, Covariance(specification, shard)))]]),
            new(Stage.Eigenbasis, [[.. Enumerable.Range(0, Layers).Select(layer => Unit(Stage.Eigenbasis, UnitKind.LayerFactor, Layer(specification, layer)))]]),
            new(Stage.Score, [[.. shards.Select(shard => Unit(Stage.Score, UnitKind.CorpusShard, Score(specification, shard)))]]),
            new(Stage.Select, [[Unit(Stage.Select, UnitKind.Selection, Selection(specification))]]),
        ];
        return Task.FromResult(new RunStages(stages, []));
    }

    public async Task<IReadOnlySet<string>> ReferencesAsync(RunVersion version, CancellationToken cancellationToken = default)
    {
        var references = new HashSet<string> { version.Specification };
        if (version.Inputs is not null)
        {
            var specification = await ReadAsync(version.Specification, cancellationToken);
            var plan = await PlanAsync(specification, version.Specification, version.Inputs, cancellationToken);
            references.UnionWith(plan.Stages.SelectMany(stage => stage.Units).Select(unit => unit.Artifact).Append(version.Inputs).Select(name => name[..(name.LastIndexOf('/') + 1)]));
        }

        return references;
    }

    private static string Key(params object?[] parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('|', parts))))[..16];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
