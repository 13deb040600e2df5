using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Units;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Pipeline.Reporting;

/// <summary>Looks into what a run has computed; computes nothing and needs no libtorch.</summary>
public sealed class RunResults : IDisposable
{
    private readonly DeviceSession idle = new("cpu");
    private readonly UnitContext context;
    private readonly Inspection inspection;

    /// <summary>Opens the results of a run that has come past its selection.</summary>
    /// <param name="store">The store.</param>
    /// <param name="specification">The run.</param>
    /// <param name="inputs">Its prepared inputs.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ArtifactNotFoundException">The run has not come so far.</exception>
    public RunResults(IArtifactStore store, RunSpec specification, PreparedInputs inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(specification);
        context = LookContext.Of(store, specification, inputs, idle, cancellationToken);
        inspection = new Inspection(context);
        Selection = SelectionSummary.Read(context);
    }

    /// <summary>Outcome of the selection.</summary>
    public SelectionRecord Selection { get; }

    /// <summary>Scores above it are candidates.</summary>
    public float Threshold => Selection.Threshold;

    /// <summary>Documents with the most suppressed tokens, most first.</summary>
    /// <param name="count">At most so many.</param>
    public IReadOnlyList<InspectedDocument> Top(int count) => inspection.Top(count);

    /// <summary>One document; null when there is none of that id.</summary>
    /// <param name="id">Its id.</param>
    public InspectedDocument? Find(string id) => inspection.Find(id);

    /// <summary>Documents with suppressed tokens, in corpus order; none for a corpus without documents.</summary>
    public IEnumerable<SuppressedDocument> SuppressedSpans() => inspection.SuppressedSpans();

    /// <summary>Every token with its score, document by document in corpus order; sequence by sequence, without texts, where the corpus has no documents.</summary>
    public IEnumerable<ScoredDocument> Scored() => inspection.Scored();

    /// <summary>How much of each source is suppressed, most suppressed tokens first; none for a corpus without documents.</summary>
    public IReadOnlyList<SourceShare> Sources() => SourceShares.Of(context);

    /// <summary>What other parameters would select, from the stored scores alone.</summary>
    /// <param name="grid">The parameters.</param>
    /// <exception cref="ArgumentException">A parameter is outside its range.</exception>
    public IReadOnlyList<WhatIfCell> WhatIf(WhatIfGrid grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        return WhatIfTable.Of(context, grid);
    }

    /// <summary>What the report page tells; the run must have come to its end.</summary>
    /// <exception cref="ArtifactNotFoundException">The run has not come so far.</exception>
    public ReportData Report() => ReportUnit.Data(context);

    /// <summary>Closes the artifacts.</summary>
    public void Dispose()
    {
        inspection.Dispose();
        idle.Dispose();
    }
}
