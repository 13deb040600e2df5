using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Influence;
using IfGuide.Numerics.Preconditioning;
using IfGuide.Numerics.Randomness;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature;

/// <summary>The garbage collector does not see native memory: a tensor left behind per batch would fill the machine.</summary>
[Collection(CountsTensors.Name)]
public sealed class LeakTests
{
    [Theory]
    [InlineData("tiny_neox", ScalarType.Float32)]
    [InlineData("tiny_llama", ScalarType.BFloat16)]
    public void WholeChain_OnceMore_ThenNoTensorIsLeft(string family, ScalarType precision)
    {
        Chain(family, precision);
        var before = Live();
        Chain(family, precision);
        Assert.Equal(before, Live());
    }

    [Fact]
    public void AddedBatches_ThenNoTensorPerBatch()
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_neox", ScalarType.Float32);
        var batch = Golden.Batch("tiny_neox", "padded");
        using var covariance = new CovarianceAccumulator(model);
        using var lambda = new LambdaAccumulator(model, null);
        using var query = new QueryGradientAccumulator(model);
        void Add()
        {
            using var inner = NewDisposeScope();
            covariance.Add(batch, LabelSource.Sampled(1, RandomPurpose.CovarianceLabels));
            lambda.Add(batch, LabelSource.Empirical);
            query.Add(batch);
        }

        Add();
        var before = Live();
        Add();
        Add();
        Assert.Equal(before, Live());
    }

    [Fact]
    public void FailedBatch_ThenNoTensorIsLeft()
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_neox", ScalarType.Float32);
        var batch = Golden.Batch("tiny_neox", "plain");
        model.Unembedding.fill_(float.NaN);
        void Fail()
        {
            using var query = new QueryGradientAccumulator(model);
            Assert.Throws<NonFiniteException>(() => query.Add(batch));
        }

        Fail();
        var before = Live();
        Fail();
        Assert.Equal(before, Live());
    }

    private static long Live()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }

    private static void Chain(string family, ScalarType precision)
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model(family, precision);
        var batch = Golden.Batch(family, "padded");
        using var covariance = new CovarianceAccumulator(model);
        covariance.Add(batch, LabelSource.Empirical);
        using var total = new FactorSum();
        total.Add(covariance.GradientSums());
        var activation = model.TrackedLayers.ToDictionary(layer => layer.Name, layer => Eigenbasis.Decompose(layer.Name, covariance.ActivationSums()[layer.InputGroup], covariance.AttendedTokens));
        var gradient = model.TrackedLayers.ToDictionary(layer => layer.Name, layer => Eigenbasis.Decompose(layer.Name, total.Totals[layer.Name], covariance.AttendedTokens));
        using var lambda = new LambdaAccumulator(model, activation.ToDictionary(entry => entry.Key, entry => new LayerBasis(entry.Value.Vectors, gradient[entry.Key].Vectors)));
        lambda.Add(batch, LabelSource.Sampled(1, RandomPurpose.LambdaLabels));
        using var query = new QueryGradientAccumulator(model);
        query.Add(Golden.Batch(family, "toxic"));
        var direction = query.Sums.ToDictionary(sum => sum.Key, sum => new EkfacCurvature().Precondition(
            sum.Key, sum.Value, new LayerFactors(activation[sum.Key], gradient[sum.Key], lambda.Sums()[sum.Key], lambda.SequenceCount), new AutomaticDamping()).Direction);
        using var scorer = new PositionScorer(model, direction);
        Assert.Equal(batch.InputIds.shape, PositionScorer.ShiftToLabels(scorer.Score(batch)).shape);
    }
}
