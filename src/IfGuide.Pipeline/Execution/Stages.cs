using IfGuide.Abstractions;
using IfGuide.Pipeline.Curvature;
using IfGuide.Pipeline.Evaluation;
using IfGuide.Pipeline.Influence;
using IfGuide.Pipeline.Reporting;
using IfGuide.Pipeline.Runs;
using IfGuide.Pipeline.Selection;
using IfGuide.Pipeline.Training.Rounds;

namespace IfGuide.Pipeline.Execution;

/// <summary>The table of stages: the method, step by step. <see cref="StageWords"/> has their numbers and words.</summary>
internal static class Stages
{
    /// <summary>The stages after the preparation, in order.</summary>
    public static IReadOnlyList<IRunStage> All { get; } =
    [
        new TrainProxyStage(), // 1. a proxy model, where the user brings none
        new CovarianceStage(), // 2. Σ a aᵀ and Σ g gᵀ of every tracked layer, over one shard
        new EigenbasisStage(), // 3. their eigenvectors, over all shards
        new LambdaStage(),     // 4. the curvature's diagonal in that basis, over one shard
        new QueryStage(),      // 5. the gradient of each query set, and the contrast of two, preconditioned
        new ScoreStage(),      // 6. every token's derivative along each behaviour's direction, over one shard
        new SelectStage(),     // 7. threshold, ranking, budget and mask of each behaviour, and their union
        new TrainStage(),      // 8. the target, with and without suppression, and the trained baselines
        new EvaluateStage(),   // 9. toxicity and fluency of each
        new ReportStage(),     // 10. the result for programs and for people
    ];

    /// <summary>The row of a stage.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has none: the preparation is no unit of a plan.</exception>
    public static IRunStage Find(Stage stage) => All.FirstOrDefault(row => row.Stage == stage)
        ?? throw new ArgumentOutOfRangeException(nameof(stage), stage, "No unit of this stage can be computed from a plan.");
}
