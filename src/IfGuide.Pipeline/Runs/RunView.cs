using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Pipeline.Runs;

/// <summary>What a reader of a run needs: its specification, its inputs, the names of its artifacts and the store.</summary>
internal class RunView : InputView
{
    public required RunSpec Specification { get; init; }

    public required ArtifactNames Names { get; init; }

    /// <summary>Opens a view of a run.</summary>
    public static RunView Open(IArtifactStore store, RunSpec specification, PreparedInputs inputs, CancellationToken cancellationToken) => new()
    {
        Specification = specification,
        Inputs = inputs,
        Names = new ArtifactNames(specification, inputs),
        Store = new BlockingStore(store, cancellationToken),
    };
}
