using IfGuide.Abstractions;
using IfGuide.Pipeline.Results;
using IfGuide.Pipeline.Runs;

namespace IfGuide.Pipeline.Reporting;

/// <summary>Reads what the report page of a finished run tells.</summary>
public static class RunReport
{
    /// <summary>What the report page tells, of all behaviours.</summary>
    /// <param name="run">The run, which must have come to its end.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="UserErrorException">The run has not come so far.</exception>
    public static ReportData Read(RunArtifacts run, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        var view = RunView.Open(run.Store, run.Specification, run.Inputs, cancellationToken);
        return run.Require("report", () => ReportStage.Data(view));
    }
}
