using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Records;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Coordination;

/// <summary>The method's own plan.</summary>
/// <param name="store">The store.</param>
public sealed class PipelineRunPlanner(IArtifactStore store) : IRunPlanner
{
    /// <inheritdoc/>
    public Task<string> StoreAsync(RunSpec specification, CancellationToken cancellationToken = default) =>
        SpecificationStore.PutAsync(store, specification, cancellationToken);

    /// <inheritdoc/>
    public Task<RunSpec> ReadAsync(string name, CancellationToken cancellationToken = default) =>
        SpecificationStore.GetAsync(store, name, cancellationToken);

    /// <inheritdoc/>
    public UnitReference Preparation(RunSpec specification, string name) => RunPlan.Preparation(specification, name);

    /// <inheritdoc/>
    public async Task<RunStages> PlanAsync(
        RunSpec specification, string name, string inputs, CancellationToken cancellationToken = default)
    {
        var prepared = await PreparedInputs.LoadAsync(store, inputs, cancellationToken);
        return new RunStages(RunPlan.Create(specification, name, prepared, inputs), prepared.Warnings);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlySet<string>> ReferencesAsync(RunVersion version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        var references = new HashSet<string> { version.Specification };
        if (version.Inputs is null)
        {
            return references;
        }

        references.Add(version.Inputs);
        if (await store.FindAsync(version.Inputs, cancellationToken) is null
            || await store.FindAsync(version.Specification, cancellationToken) is null)
        {
            return references;
        }

        var specification = await ReadAsync(version.Specification, cancellationToken);
        var prepared = await PreparedInputs.LoadAsync(store, version.Inputs, cancellationToken);
        var stages = RunPlan.Create(specification, version.Specification, prepared, version.Inputs);
        var artifacts = stages.SelectMany(stage => stage.Units).Select(unit => unit.Artifact).Concat(prepared.Artifacts);
        references.UnionWith(artifacts.Select(Folder));
        return references;
    }

    /// <remarks>A folder <c>stage/key/</c> holds what one key determines, side products and checkpoints included: it is kept or goes as a whole.</remarks>
    private static string Folder(string name)
    {
        var isInFolder = name.Count(character => character == '/') >= 2;
        return isInFolder ? name[..(name.LastIndexOf('/') + 1)] : name;
    }
}
