using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;

namespace IfGuide.Pipeline.Planning;

/// <summary>The units of one stage.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Waves">Sets of independent units; a wave starts when the previous one is done.</param>
public sealed record StagePlan(Stage Stage, IReadOnlyList<IReadOnlyList<UnitReference>> Waves)
{
    /// <summary>Every unit of the stage.</summary>
    public IEnumerable<UnitReference> Units => Waves.SelectMany(wave => wave);
}
