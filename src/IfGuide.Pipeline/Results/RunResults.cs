using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Results.Metrics;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Runs;
using IfGuide.Pipeline.Selection;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Pipeline.Results;

/// <summary>Looks into what a run has computed for one behaviour; computes nothing and needs no libtorch.</summary>
public sealed class RunResults : IDisposable
{
    private readonly RunView view;
    private readonly BehaviourNames behaviour;
    private readonly Inspection inspection;

    /// <summary>Opens the results of a run that has come past its selection.</summary>
    /// <param name="store">The store.</param>
    /// <param name="specification">The run.</param>
    /// <param name="inputs">Its prepared inputs.</param>
    /// <param name="behaviour">The behaviour; null: the run's only one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ArtifactNotFoundException">The run has not come so far.</exception>
    public RunResults(
        IArtifactStore store,
        RunSpec specification,
        PreparedInputs inputs,
        string? behaviour = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(specification);
        view = RunView.Open(store, specification, inputs, cancellationToken);
        this.behaviour = view.Names.Behaviour(behaviour);
        inspection = new Inspection(view, this.behaviour);
        Selection = SelectionSummary.Of(view, this.behaviour);
    }

    /// <summary>How the behaviour's tokens are selected.</summary>
    public SelectionSpec Parameters => behaviour.Parameters;

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
    public IReadOnlyList<SourceShare> Sources() => SourceShares.Of(view, behaviour.Mask);

    /// <summary>What other parameters would select, from the stored scores alone.</summary>
    /// <param name="grid">The parameters.</param>
    /// <exception cref="ArgumentException">A parameter is outside its range.</exception>
    public IReadOnlyList<WhatIfCell> WhatIf(WhatIfGrid grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        return WhatIfTable.Of(view, behaviour, grid);
    }

    /// <summary>Closes the artifacts.</summary>
    public void Dispose() => inspection.Dispose();
}
