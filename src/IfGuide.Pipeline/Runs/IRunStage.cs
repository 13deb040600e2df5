using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Planning;

namespace IfGuide.Pipeline.Runs;

/// <summary>A stage of a run after its preparation: its units, the artifact that marks each as done, and how one is computed.</summary>
internal interface IRunStage
{
    Stage Stage { get; }

    /// <summary>The folder of the store that its artifacts lie in.</summary>
    string Folder { get; }

    /// <summary>Whether its units multiply matrices; others only read and write, and may run beside the device.</summary>
    bool NeedsDevice { get; }

    /// <summary>Its units, in waves: a wave starts when the one before it is done. No waves: the run has no such stage.</summary>
    IEnumerable<IReadOnlyList<UnitReference>> Plan(UnitPlanner planner);

    /// <summary>The artifact that marks a unit as done.</summary>
    /// <exception cref="ArgumentException">The run has no such unit.</exception>
    string ArtifactOf(ArtifactNames names, UnitReference unit);

    /// <summary>Computes a unit and stores its artifact.</summary>
    void Compute(UnitContext context);
}
