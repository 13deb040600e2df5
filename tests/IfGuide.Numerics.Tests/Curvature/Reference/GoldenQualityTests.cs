using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Preconditioning;
using IfGuide.Numerics.Randomness;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature.Reference;

/// <summary>Against exact influence (generalised Gauss-Newton without Kronecker factors), exact label expectations, and float32.</summary>
[Collection(GoldenCollection.Name)]
public sealed class GoldenQualityTests(GoldenFixture fixture)
{
    [Theory]
    [InlineData("tiny_neox", "ekfac")]
    [InlineData("tiny_neox", "kfac")]
    [InlineData("tiny_neox", "diagonal")]
    [InlineData("tiny_neox", "identity")]
    [InlineData("tiny_llama", "ekfac")]
    [InlineData("tiny_llama", "kfac")]
    [InlineData("tiny_llama", "diagonal")]
    [InlineData("tiny_llama", "identity")]
    public void EmpiricalLabels_ThenCorrelatesWithExactInfluenceAsTheReferenceDoes(string family, string strategy)
    {
        using var scope = NewDisposeScope();
        var run = fixture.Run(family, "plain", ScalarType.Float32);
        var ours = run.Scores(run.Direction(GoldenCase.Strategy(strategy), new AutomaticDamping(), run.Gradient("toxic")));
        var exact = Golden.Array($"{family}/exact_influence/token_ggn_block_toxic.f64.npy");
        var expected = Golden.Json($"{family}/exact_influence/results.json").GetProperty("exact").GetProperty($"kronfluence_{strategy}_empirical_labels|vs|ggn_block|toxic");
        Assert.Equal(expected.GetProperty("token_pearson").GetDouble(), Compare.Pearson(Positions(ours), Positions(exact)), 2e-4);
        Assert.Equal(expected.GetProperty("token_spearman").GetDouble(), Compare.Spearman(Positions(ours), Positions(exact)), 2e-4);
    }

    /// <summary>Labels drawn many times over approach the expectation over all labels: the draws follow the model's own distribution.</summary>
    [Theory]
    [InlineData("tiny_neox")]
    [InlineData("tiny_llama")]
    public void SampledLabels_ManyDraws_ThenScoresOfTheExactExpectation(string family)
    {
        using var scope = NewDisposeScope();
        var run = fixture.Run(family, "plain", ScalarType.Float32);
        var model = run.Model;
        const int draws = 40;
        using var covariance = new CovarianceAccumulator(model);
        for (var draw = 0; draw < draws; draw++)
        {
            covariance.Add(run.Train, LabelSource.Sampled((ulong)draw, RandomPurpose.CovarianceLabels));
        }

        Eigenpairs Pairs(Tensor sum, string layer) => Eigenbasis.Decompose(layer, sum, covariance.AttendedTokens);
        var activation = model.TrackedLayers.ToDictionary(layer => layer.Name, layer => Pairs(covariance.ActivationSums()[layer.InputGroup], layer.Name));
        var gradient = model.TrackedLayers.ToDictionary(layer => layer.Name, layer => Pairs(covariance.GradientSums()[layer.Name], layer.Name));
        using var lambda = new LambdaAccumulator(model, activation.ToDictionary(entry => entry.Key, entry => new LayerBasis(entry.Value.Vectors, gradient[entry.Key].Vectors)));
        for (var draw = 0; draw < draws; draw++)
        {
            lambda.Add(run.Train, LabelSource.Sampled((ulong)draw, RandomPurpose.LambdaLabels));
        }

        var direction = run.Gradient("toxic").ToDictionary(entry => entry.Key, entry => new EkfacCurvature().Precondition(
            entry.Key, entry.Value, new LayerFactors(activation[entry.Key], gradient[entry.Key], lambda.Sums()[entry.Key], lambda.SequenceCount), new AutomaticDamping()).Direction);
        var scores = run.Scores(direction);
        var exact = Golden.Array($"{family}/exact_influence/token_ekfac_exact_expectation_toxic.f64.npy");
        fixture.CheckCorrelation($"{draws} label draws and the exact expectation, Pearson", family, Compare.Pearson(Positions(scores), Positions(exact)), 0.995);
        Assert.Equal(1.0, (scores.std() / exact.std()).to_type(ScalarType.Float64).item<double>(), 0.05);
    }

    /// <summary>Everything from covariances to scores with a bfloat16 model.</summary>
    [Theory]
    [InlineData("tiny_neox", "toxic")]
    [InlineData("tiny_neox", "diff_meanseq")]
    [InlineData("tiny_llama", "toxic")]
    [InlineData("tiny_llama", "diff_meanseq")]
    public void LowPrecision_ThenScoresKeepTheirRanks(string family, string query)
    {
        using var scope = NewDisposeScope();
        Tensor Scores(ScalarType precision)
        {
            var run = fixture.Run(family, "plain", precision);
            return Positions(run.Scores(run.Direction(new EkfacCurvature(), new AutomaticDamping(), run.Gradient(query))));
        }

        fixture.CheckCorrelation($"bfloat16 and float32 position scores, {query}, Spearman", family, Compare.Spearman(Scores(ScalarType.Float32), Scores(ScalarType.BFloat16)), 0.99);
    }

    /// <summary>All positions but the last, whose score is 0 by construction.</summary>
    private static Tensor Positions(Tensor scores) => scores.narrow(1, 0, scores.shape[1] - 1);
}
