using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;

namespace IfGuide.Pipeline.Planning;

/// <summary>Makes the units of one run.</summary>
/// <param name="specification">The run.</param>
/// <param name="specificationName">Its store name.</param>
/// <param name="inputs">Its prepared inputs.</param>
/// <param name="inputsName">Their store name.</param>
internal sealed class UnitPlanner(RunSpec specification, string specificationName, PreparedInputs inputs, string inputsName)
{
    public RunSpec Specification => specification;

    public PreparedInputs Inputs => inputs;

    public ArtifactNames Names { get; } = new(specification, inputs);

    public UnitReference CreateUnit(Stage stage, UnitKind kind, string name, string artifact) => new()
    {
        Run = specification.Run,
        Specification = specificationName,
        Inputs = inputsName,
        Stage = stage,
        Name = name,
        Kind = kind,
        Artifact = artifact,
    };

    /// <summary>A unit for each shard of the corpus.</summary>
    public UnitReference[] CreateShards(Stage stage, Func<int, string> artifact, string? behaviour = null) =>
        [.. Enumerable.Range(0, inputs.Shards).Select(shard =>
            CreateUnit(stage, UnitKind.CorpusShard, UnitNames.Of(behaviour, UnitNames.Shard(shard)), artifact(shard)))];

    /// <summary>A unit for each input group of the proxy's layers.</summary>
    public UnitReference[] CreateGroups(Stage stage, Func<string, string> artifact, string? behaviour = null) =>
        [.. inputs.Proxy.InputGroups.Select(group =>
            CreateUnit(stage, UnitKind.LayerFactor, UnitNames.Of(behaviour, group), artifact(group)))];

    /// <summary>Units of every behaviour. Behaviours may share what is computed: one artifact, one unit.</summary>
    public IReadOnlyList<UnitReference> CreateDistinct(Func<BehaviourNames, IEnumerable<UnitReference>> units) =>
        [.. Names.Behaviours.SelectMany(units).DistinctBy(unit => unit.Artifact)];
}
