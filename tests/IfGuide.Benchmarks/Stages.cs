using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Influence;
using IfGuide.Numerics.Randomness;
using IfGuide.Numerics.Training;
using static TorchSharp.torch;

namespace IfGuide.Benchmarks;

/// <summary>The stages of the method, each as one pass over a workload.</summary>
internal static class Stages
{
    public static IEnumerable<StageResult> Measure(Workload workload, ScalarType precision, int repeats, string wanted)
    {
        var shape = workload.Shape;
        var model = workload.Model;
        IEnumerable<(string Name, double Count, bool PerToken, Func<Action> Pass)> stages =
        [
            ("covariance", FlopCount.Covariance(shape), true, () => Covariance(workload)),
            ("eigenbasis", FlopCount.Eigenbasis(shape), false, () => Eigenvectors(workload)),
            ("lambda", FlopCount.Lambda(shape), true, () => Lambda(workload)),
            ("query", FlopCount.Query(shape), true, () => Query(workload)),
            ("score position", FlopCount.PositionScore(shape), true, () => Position(workload)),
            ("score token", FlopCount.TokenScore(shape), true, () => Token(workload)),
            ("training step", FlopCount.TrainingStep(shape), true, () => Training(workload, precision)),
        ];
        foreach (var (name, count, perToken, make) in stages.Where(stage => stage.Name.Contains(wanted, StringComparison.Ordinal)))
        {
            yield return StageBenchmark.Measure(name, workload, count, perToken, precision, name == "eigenbasis" ? 1 : repeats, make());
        }
    }

    private static Action Covariance(Workload workload) => () =>
    {
        using var sums = new CovarianceAccumulator(workload.Model);
        workload.Batches.ForEach(batch => sums.Add(batch, LabelSource.Sampled(1, RandomPurpose.CovarianceLabels)));
    };

    private static Action Lambda(Workload workload)
    {
        var basis = workload.Basis();
        return () =>
        {
            using var sums = new LambdaAccumulator(workload.Model, basis);
            workload.Batches.ForEach(batch => sums.Add(batch, LabelSource.Sampled(1, RandomPurpose.LambdaLabels)));
        };
    }

    private static Action Query(Workload workload) => () =>
    {
        using var sums = new QueryGradientAccumulator(workload.Model);
        workload.Batches.ForEach(sums.Add);
    };

    private static Action Position(Workload workload) => () =>
    {
        using var scorer = new PositionScorer(workload.Model, workload.Direction);
        workload.Batches.ForEach(batch => scorer.Score(batch).Dispose());
    };

    private static Action Token(Workload workload) => () =>
    {
        using var scorer = new TokenScorer(workload.Model, workload.Direction);
        workload.Batches.ForEach(batch => scorer.Score(batch).Dispose());
    };

    private static Action Eigenvectors(Workload workload)
    {
        var sizes = workload.Model.TrackedLayers.Select(layer => layer.Inputs).Concat(workload.Model.TrackedLayers.Select(layer => layer.Outputs)).ToArray();
        var matrices = sizes.Distinct().ToDictionary(size => size, size =>
        {
            var rows = randn(2 * size, size, dtype: ScalarType.Float64);
            return rows.t().mm(rows);
        });
        return () =>
        {
            foreach (var size in sizes)
            {
                using var scope = NewDisposeScope();
                Eigenbasis.Decompose("benchmark", matrices[size], 2 * size);
            }
        };
    }

    private static Action Training(Workload workload, ScalarType precision)
    {
        var shape = workload.Shape;
        using var wide = workload.Model.Convert(ScalarType.Float32, workload.Model.Device);
        var options = new TrainingOptions { Epochs = 1000, BatchSize = shape.Sequences, MicroBatchSize = shape.BatchSequences, LearningRate = 1e-4, Seed = 1, Precision = precision };
        var trainer = new Trainer(wide, options, new RandomSequences(shape));
        return () => trainer.Step();
    }

    private sealed class RandomSequences(Shape shape) : ITrainingSequences
    {
        public long Count => shape.Sequences;

        public int Length => shape.Tokens;

        public void Read(long sequence, SequenceRow row)
        {
            for (var i = 0; i < Length; i++)
            {
                row.InputIds[i] = (long)(CounterRandom.Bits(1, RandomPurpose.DataOrder, sequence, i) % (ulong)shape.Configuration.VocabularySize);
            }

            row.InputIds.CopyTo(row.Labels);
        }
    }
}
