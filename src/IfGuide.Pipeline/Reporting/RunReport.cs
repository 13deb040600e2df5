using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Pipeline.Reporting;

/// <summary>Reads what the report page of a finished run tells.</summary>
public static class RunReport
{
    /// <summary>What the report page tells, of all behaviours.</summary>
    /// <param name="store">The store.</param>
    /// <param name="specification">The run, which must have come to its end.</param>
    /// <param name="inputs">Its prepared inputs.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ArtifactNotFoundException">The run has not come so far.</exception>
    public static ReportData Read(IArtifactStore store, RunSpec specification, PreparedInputs inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(specification);
        return ReportStage.Data(RunView.Open(store, specification, inputs, cancellationToken));
    }
}
