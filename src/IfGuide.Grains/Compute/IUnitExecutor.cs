using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;

namespace IfGuide.Grains.Compute;

/// <summary>Computes units. One instance belongs to one thread and keeps models and factors warm between units.</summary>
public interface IUnitExecutor : IDisposable
{
    /// <summary>Computes a unit, or finds its artifact. Synchronous and idempotent.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="progress">Told how far it is; may be called often.</param>
    /// <param name="cancellationToken">Stops at the next safe point.</param>
    /// <returns>Store name of the artifact that marks the unit as done.</returns>
    string Execute(UnitReference unit, IProgress<UnitProgress>? progress, CancellationToken cancellationToken);
}

/// <summary>Makes executors, and tells where a unit belongs without making one: a control silo never loads libtorch.</summary>
public interface IUnitExecutorFactory
{
    /// <summary>Whether a unit needs the silo's device, or only its processor.</summary>
    /// <param name="unit">The unit.</param>
    bool NeedsDevice(UnitReference unit);

    /// <summary>Makes an executor; called on the thread that will use and dispose it.</summary>
    IUnitExecutor Create();
}
