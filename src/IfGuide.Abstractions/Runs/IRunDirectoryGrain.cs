using Orleans.CodeGeneration;

namespace IfGuide.Abstractions.Runs;

/// <summary>The runs of a store; one activation, key 0.</summary>
[Alias("ifguide.IRunDirectoryGrain"), GrainInterfaceType("ifguide.IRunDirectoryGrain"), Version(1)]
public interface IRunDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>A page of runs' statuses, by id.</summary>
    /// <param name="after">The last run of the previous page; null for the first.</param>
    /// <param name="count">Runs a page; at most 64.</param>
    [Alias("List")]
    Task<IReadOnlyList<RunStatus>> List(RunId? after, int count);
}
