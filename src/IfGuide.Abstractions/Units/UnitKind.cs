namespace IfGuide.Abstractions.Units;

/// <summary>Which grain class computes a unit.</summary>
public enum UnitKind
{
    /// <summary>Inputs; <see cref="IPreparationGrain"/>.</summary>
    Preparation,
    /// <summary>One corpus or query shard; <see cref="ICorpusShardGrain"/>.</summary>
    CorpusShard,
    /// <summary>One group of layers; <see cref="ILayerFactorGrain"/>.</summary>
    LayerFactor,
    /// <summary>The selection; <see cref="ISelectionGrain"/>.</summary>
    Selection,
    /// <summary>One training; <see cref="ITrainingGrain"/>.</summary>
    Training,
    /// <summary>One piece of the evaluation, or the report; <see cref="IEvaluationGrain"/>.</summary>
    Evaluation,
}
