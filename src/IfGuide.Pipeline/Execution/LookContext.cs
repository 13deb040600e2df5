using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Pipeline.Execution;

/// <summary>The surroundings of someone who looks into a run without being one of its units.</summary>
internal static class LookContext
{
    public static UnitContext Of(IArtifactStore store, RunSpec specification, PreparedInputs inputs, DeviceSession session, CancellationToken cancellationToken) => new()
    {
        Unit = new UnitReference { Run = specification.Run, Specification = string.Empty, Stage = Stage.Report, Name = "look", Kind = UnitKind.Evaluation, Artifact = string.Empty },
        Specification = specification,
        Inputs = inputs,
        Names = new ArtifactNames(specification, inputs),
        Store = new BlockingStore(store, cancellationToken),
        Session = session,
        Progress = null,
        CancellationToken = cancellationToken,
    };
}
