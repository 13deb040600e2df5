using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Pipeline.Execution;

/// <summary>
/// The whole method in one process and one thread, without grains: what a cluster of silos must equal byte for byte.
/// The steps themselves are numbered in <see cref="UnitExecutor"/>; the reader's way goes from there to one unit, to one file of Numerics.
/// </summary>
/// <param name="store">Where artifacts are read and written.</param>
/// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
public sealed class LocalRun(IArtifactStore store, string device = "cpu")
{
    /// <summary>Runs every unit in order.</summary>
    /// <param name="specification">The run.</param>
    /// <param name="until">Stop after this stage; null: run to the end.</param>
    /// <param name="progress">Told of each unit before it is computed.</param>
    /// <param name="cancellationToken">Stops at the next safe point; running again goes on from there.</param>
    /// <returns>Names of everything the run has computed.</returns>
    public ArtifactNames Execute(RunSpec specification, Stage? until = null, Action<UnitReference>? progress = null, CancellationToken cancellationToken = default)
    {
        using var executor = new UnitExecutor(store, device);
        var specificationName = SpecificationStore.PutAsync(store, specification, cancellationToken).GetAwaiter().GetResult();
        var inputsName = executor.Execute(RunPlan.Preparation(specification, specificationName), null, cancellationToken);
        var inputs = PreparedInputs.LoadAsync(store, inputsName, cancellationToken).GetAwaiter().GetResult();
        var stages = RunPlan.Create(specification, specificationName, inputs, inputsName);
        foreach (var unit in stages.TakeWhile(stage => until is null || stage.Stage <= until).SelectMany(stage => stage.Units))
        {
            progress?.Invoke(unit);
            executor.Execute(unit, null, cancellationToken);
        }

        return new ArtifactNames(specification, inputs);
    }
}
