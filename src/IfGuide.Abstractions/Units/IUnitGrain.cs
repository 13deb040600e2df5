using Orleans.CodeGeneration;

namespace IfGuide.Abstractions.Units;

/// <summary>A grain that computes units. Its key is <c>run/stage/unit</c>.</summary>
[Alias("ifguide.IUnitGrain"), GrainInterfaceType("ifguide.IUnitGrain"), Version(1)]
public interface IUnitGrain : IGrainWithStringKey
{
    /// <summary>Starts the unit, or joins it when it is running, and waits a while for its end.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="wait">How long to wait; at most 5 seconds.</param>
    /// <param name="cancellationToken">Ends the waiting, not the unit.</param>
    /// <returns>Where the unit stands. Idempotent: the artifact's name decides whether it is done.</returns>
    [Alias("Ensure")]
    Task<UnitStatus> Ensure(UnitReference unit, TimeSpan wait, CancellationToken cancellationToken = default);

    /// <summary>Stops the unit at its next safe point; what it has stored stays.</summary>
    [Alias("Cancel")]
    Task Cancel();
}
