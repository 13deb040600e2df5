using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Execution;
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
        context = new UnitContext
        {
            Unit = new UnitReference { Run = specification.Run, Specification = string.Empty, Stage = Stage.Report, Name = "look", Kind = UnitKind.Evaluation, Artifact = string.Empty },
            Specification = specification,
            Inputs = inputs,
            Names = new ArtifactNames(specification, inputs),
            Store = new BlockingStore(store, cancellationToken),
            Session = idle,
            Progress = null,
            CancellationToken = cancellationToken,
        };
        inspection = new Inspection(context);
        Threshold = SelectionSummary.Read(context).Threshold;
    }

    /// <summary>Scores above it are candidates.</summary>
    public float Threshold { get; }

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
