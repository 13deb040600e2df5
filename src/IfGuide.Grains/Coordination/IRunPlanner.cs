using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Records;
using IfGuide.Pipeline.Planning;

namespace IfGuide.Grains.Coordination;

/// <summary>What a coordinator must know of the method: which units there are. Everything it answers is a pure function of the store.</summary>
public interface IRunPlanner
{
    /// <summary>Stores a specification.</summary>
    /// <param name="specification">The run.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Its store name: equal specifications have equal names.</returns>
    Task<string> StoreAsync(RunSpec specification, CancellationToken cancellationToken = default);

    /// <summary>Reads a specification.</summary>
    /// <param name="name">Its store name.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<RunSpec> ReadAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The unit that prepares the inputs.</summary>
    /// <param name="specification">The run.</param>
    /// <param name="name">Its store name.</param>
    UnitReference Preparation(RunSpec specification, string name);

    /// <summary>The stages that come after the preparation, in order.</summary>
    /// <param name="specification">The run.</param>
    /// <param name="name">Its store name.</param>
    /// <param name="inputs">Store name of the prepared inputs.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<RunStages> PlanAsync(RunSpec specification, string name, string inputs, CancellationToken cancellationToken = default);

    /// <summary>Everything in the store that a version of a run refers to: names, and prefixes that end in <c>/</c>.</summary>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IReadOnlySet<string>> ReferencesAsync(RunVersion version, CancellationToken cancellationToken = default);
}

/// <summary>The stages of a run after its preparation.</summary>
/// <param name="Stages">The stages, in order.</param>
/// <param name="Warnings">What the preparation found worth telling.</param>
public sealed record RunStages(IReadOnlyList<StagePlan> Stages, IReadOnlyList<string> Warnings);
