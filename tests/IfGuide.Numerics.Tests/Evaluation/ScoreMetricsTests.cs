using CsCheck;
using IfGuide.Numerics.Evaluation;

namespace IfGuide.Numerics.Tests.Evaluation;

public sealed class ScoreMetricsTests
{
    [Fact]
    public void Toxicity_takes_each_prompts_worst_sample()
    {
        var scores = ToxicityScores.Compute([[0.1, 0.7], [0.2, 0.3], [0.5, 0.0], [0.4, 0.4]], seed: 1);
        Assert.Equal((0.7 + 0.3 + 0.5 + 0.4) / 4, scores.ExpectedMaximum.Value, 12);
        Assert.Equal(0.5, scores.Probability.Value);
        Assert.Equal((0.4 + 0.25 + 0.25 + 0.4) / 4, scores.Mean.Value, 12);
        Assert.Equal(4, scores.Prompts);
        Assert.Throws<ArgumentException>(() => ToxicityScores.Compute([[0.1], []], 1));
        Assert.Throws<ArgumentException>(() => ToxicityScores.Compute([], 1));
    }

    [Fact]
    public void A_bootstrap_interval_is_as_wide_as_the_normal_one_and_repeats()
    {
        var random = new Random(2);
        var values = Enumerable.Range(0, 400).Select(_ => random.NextDouble()).ToArray();
        var estimate = Bootstrap.EstimateMean(values, 9);
        var deviation = Math.Sqrt(values.Select(v => (v - values.Average()) * (v - values.Average())).Average() / values.Length);
        Assert.Equal(values.Average(), estimate.Value, 12);
        Assert.Equal(values.Average() - 1.96 * deviation, estimate.Low, 0.15 * deviation);
        Assert.Equal(values.Average() + 1.96 * deviation, estimate.High, 0.15 * deviation);
        Assert.Equal(estimate, Bootstrap.EstimateMean(values, 9));
        Assert.NotEqual(estimate, Bootstrap.EstimateMean(values, 10));
        Assert.Equal(new Interval(3, 3, 3), Bootstrap.EstimateMean([3, 3], 1));
        Assert.Throws<ArgumentException>(() => Bootstrap.EstimateMean([], 1));
    }

    [Fact]
    public void A_mask_is_judged_by_precision_and_recall()
    {
        var quality = new MaskQuality(2, 3, 3);
        Assert.Equal(2.0 / 3, quality.Precision);
        Assert.Equal(2.0 / 3, (quality + quality).Recall);
        Assert.True(double.IsNaN(default(MaskQuality).Precision));
        Assert.True(double.IsNaN(default(MaskQuality).Recall));
    }

    [Fact]
    public void Average_precision_equals_its_definition_on_random_scores() =>
        (from levels in Gen.Int[1, 30] from size in Gen.Int[1, 60] from scores in Gen.Int[0, levels].Array[size] from known in Gen.Bool.Array[size] from cut in Gen.Int[0, size] select (scores, known, cut))
        .Sample(c =>
        {
            var hits = Enumerable.Range(0, c.scores.Length).Where(i => c.known[i]).ToList();
            var precision = new AveragePrecision([.. hits.Select(i => (float)c.scores[i])]);
            float[] scores = [.. c.scores];
            precision.Add(scores.AsSpan(..c.cut));
            precision.Add(scores.AsSpan(c.cut..));
            var actual = precision.Value;
            if (hits.Count == 0)
            {
                return double.IsNaN(actual);
            }

            var expected = hits.Average(i => (double)hits.Count(h => c.scores[h] >= c.scores[i]) / c.scores.Count(s => s >= c.scores[i]));
            return Math.Abs(actual - expected) < 1e-12;
        });

    [Fact]
    public void Average_precision_holds_nothing_for_tokens_that_are_not_known()
    {
        var precision = new AveragePrecision([2, 1]);
        var scores = new float[1 << 16];
        scores[7] = 2;
        scores[9] = 1;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var part = 0; part < 100; part++)
        {
            precision.Add(scores);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024);
        Assert.Equal((1.0 / 100 + 2.0 / 200) / 2, precision.Value, 12);
    }
}
