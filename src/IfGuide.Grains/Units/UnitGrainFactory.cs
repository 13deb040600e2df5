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
            throw new SiloUnavailableException("The cluster has no compute silo.", exception); // Orleans knows a grain's class from the silos that are there
        }
    }

    private static IUnitGrain Get(IGrainFactory grains, UnitKind kind, string key) => kind switch
    {
        UnitKind.Preparation => grains.GetGrain<IPreparationGrain>(key),
        UnitKind.CorpusShard => grains.GetGrain<ICorpusShardGrain>(key),
        UnitKind.LayerFactor => grains.GetGrain<ILayerFactorGrain>(key),
        UnitKind.Selection => grains.GetGrain<ISelectionGrain>(key),
        UnitKind.Training => grains.GetGrain<ITrainingGrain>(key),
        UnitKind.Evaluation => grains.GetGrain<IEvaluationGrain>(key),
        _ => throw new UnreachableException($"Unit kind {kind} has no grain."),
    };
}
