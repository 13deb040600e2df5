using System.Diagnostics;
using IfGuide.Abstractions.Units;

namespace IfGuide.Grains.Units;

/// <summary>Finds the grain that computes a unit.</summary>
internal static class UnitGrainFactory
{
    /// <summary>The grain of a kind under a key.</summary>
    /// <param name="grains">The grain factory.</param>
    /// <param name="kind">The unit's kind.</param>
    /// <param name="key">The attempt's key.</param>
    /// <exception cref="SiloUnavailableException">The cluster has no compute silo now.</exception>
    public static IUnitGrain GetUnitGrain(this IGrainFactory grains, UnitKind kind, string key)
    {
        try
        {
            return Get(grains, kind, key);
        }
        catch (ArgumentException exception)
        {
            // Orleans knows a grain's class from the silos that are there.
            throw new SiloUnavailableException("The cluster has no compute silo.", exception);
        }
    }

    private static IUnitGrain Get(IGrainFactory grains, UnitKind kind, string key)
    {
        switch (kind)
        {
            case UnitKind.Preparation:
                return grains.GetGrain<IPreparationGrain>(key);
            case UnitKind.CorpusShard:
                return grains.GetGrain<ICorpusShardGrain>(key);
            case UnitKind.LayerFactor:
                return grains.GetGrain<ILayerFactorGrain>(key);
            case UnitKind.Selection:
                return grains.GetGrain<ISelectionGrain>(key);
            case UnitKind.Training:
                return grains.GetGrain<ITrainingGrain>(key);
            case UnitKind.Evaluation:
                return grains.GetGrain<IEvaluationGrain>(key);
            default:
                throw new UnreachableException($"Unit kind {kind} has no grain.");
        }
    }
}
