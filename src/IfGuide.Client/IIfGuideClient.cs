using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Client.Clusters;

namespace IfGuide.Client;

/// <summary>The runs of a cluster, or of the silo inside this process: both look the same from here.</summary>
public interface IIfGuideClient
{
    /// <summary>Starts or resumes a run. A finished run with the same specification computes nothing; a changed one recomputes the stages whose inputs changed.</summary>
    /// <param name="specification">The run.</param>
    /// <param name="until">Stop after this stage; null: run to the end.</param>
    /// <param name="cancellationToken">Gives up asking.</param>
    /// <exception cref="UserErrorException">The specification breaks a rule of <see cref="Abstractions.Rules.RunRules.Validate"/>, or the run cannot be started, e.g. because another process runs it.</exception>
    /// <exception cref="ClusterUnavailableException">Nobody answers.</exception>
    Task<RunHandle> SubmitAsync(RunSpec specification, Stage? until = null, CancellationToken cancellationToken = default);

    /// <summary>A run, whether there is one or not.</summary>
    /// <param name="run">Its id.</param>
    RunHandle GetRun(RunId run);

    /// <summary>Every run of the store, by id.</summary>
    /// <param name="cancellationToken">Gives up asking.</param>
    /// <exception cref="ClusterUnavailableException">Nobody answers.</exception>
    Task<IReadOnlyList<RunStatus>> ListAsync(CancellationToken cancellationToken = default);
}
