using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Influence;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Randomness;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature;

/// <summary>What must not change the sums over a corpus: how it is cut into batches and shards, padding, and the order of the products.</summary>
public sealed class AccumulatorPropertyTests
{
    private const double Rounding = 1e-11;

    public static TheoryData<string, bool> ModelsAndLabels() => new()
    {
        { "tiny_neox", false }, { "tiny_neox", true }, { "tiny_llama", false }, { "tiny_llama", true },
    };

    [Theory]
    [MemberData(nameof(ModelsAndLabels))]
    public void BatchSize_ThenSameSums(string family, bool sampled)
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model(family);
        var corpus = Golden.Batch(family, "padded");
        var whole = Sums(model, corpus.Split(20), sampled);
        Same(whole, Sums(model, corpus.Split(1), sampled));
        Same(whole, Sums(model, corpus.Split(7), sampled));
    }

    [Theory]
    [MemberData(nameof(ModelsAndLabels))]
    public void Shards_ThenSumsOfPartsAreTheSumsOfTheWhole(string family, bool sampled)
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model(family);
        var corpus = Golden.Batch(family, "padded");
        using var parts = new FactorSum();
        parts.Add(Sums(model, corpus.Rows(0, 9).Split(4), sampled));
        parts.Add(Sums(model, corpus.Rows(9, 1).Split(4), sampled));
        parts.Add(Sums(model, corpus.Rows(10, 10).Split(4), sampled));
        Same(Sums(model, corpus.Split(4), sampled), parts.Totals);
    }

    /// <summary>Padding on the right or left carries no loss, sampled labels included, and rotary positions are relative.</summary>
    [Theory]
    [MemberData(nameof(ModelsAndLabels))]
    public void Padding_ThenSameSumsAndScores(string family, bool sampled)
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model(family);
        var bare = Golden.Batch(family, "plain").Columns(0, 17);
        var plain = Sums(model, bare.Split(4), sampled);
        Same(plain, Sums(model, bare.PadRight(7).Split(4), sampled));
        if (!sampled)
        {
            Same(plain, Sums(model, bare.PadLeft(7).Split(4), sampled), 1e-9); // a sampled label counts by its position, which the padding moves
        }

        using var scorer = new PositionScorer(model, Directions(model));
        var scores = scorer.Score(bare);
        TensorAssert.Close(scores, scorer.Score(bare.PadRight(7)).narrow(1, 0, 17), Rounding);
        TensorAssert.Close(scores, scorer.Score(bare.PadLeft(7)).narrow(1, 7, 17), 1e-9);
        Assert.Equal(0.0, scorer.Score(bare.PadRight(7)).narrow(1, 17, 7).abs().max().item<double>());
    }

    [Theory]
    [InlineData("tiny_neox", RotationOrder.SumFirst)]
    [InlineData("tiny_neox", RotationOrder.ActivationsFirst)]
    [InlineData("tiny_neox", RotationOrder.GradientsFirst)]
    [InlineData("tiny_neox", RotationOrder.BothFirst)]
    [InlineData("tiny_llama", RotationOrder.SumFirst)]
    [InlineData("tiny_llama", RotationOrder.ActivationsFirst)]
    [InlineData("tiny_llama", RotationOrder.GradientsFirst)]
    [InlineData("tiny_llama", RotationOrder.BothFirst)]
    public void ForcedOrder_ThenSameLambdaAsTheCheapest(string family, RotationOrder order)
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model(family);
        var batch = Golden.Batch(family, "padded");
        var basis = Basis(model, batch);
        using var cheapest = new LambdaAccumulator(model, basis);
        using var forced = new LambdaAccumulator(model, basis) { ForcedOrder = order };
        cheapest.Add(batch, LabelSource.Empirical);
        forced.Add(batch, LabelSource.Empirical);
        Same(cheapest.Sums(), forced.Sums());
    }

    [Fact]
    public void SampledLabels_ThenPassesDrawIndependentlyAndDifferFromTheCorpus()
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_neox");
        var batch = Golden.Batch("tiny_neox", "plain");
        double Trace(LabelSource labels)
        {
            using var covariance = new CovarianceAccumulator(model);
            covariance.Add(batch, labels);
            return covariance.GradientSums().Values.Sum(sum => sum.trace().item<double>());
        }

        var first = Trace(LabelSource.Sampled(1, RandomPurpose.CovarianceLabels));
        Assert.Equal(first, Trace(LabelSource.Sampled(1, RandomPurpose.CovarianceLabels)));
        Assert.NotEqual(first, Trace(LabelSource.Sampled(1, RandomPurpose.LambdaLabels)));
        Assert.NotEqual(first, Trace(LabelSource.Sampled(2, RandomPurpose.CovarianceLabels)));
        Assert.NotEqual(first, Trace(LabelSource.Empirical));
    }

    [Fact]
    public void Add_SequenceIndicesMissing_ThenSaysHowMany()
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_neox");
        using var covariance = new CovarianceAccumulator(model);
        var batch = Golden.Batch("tiny_neox", "plain") with { SequenceIndices = [1, 2] };
        Assert.Contains("20 sequences and 2 sequence indices", Assert.Throws<ArgumentException>(() => covariance.Add(batch, LabelSource.Empirical)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LambdaAccumulator_BasisOfALayerMissing_ThenNamesIt()
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_llama");
        var basis = Basis(model, Golden.Batch("tiny_llama", "plain"));
        basis.Remove("model.layers.1.mlp.up_proj");
        Assert.Contains("model.layers.1.mlp.up_proj", Assert.Throws<ArgumentException>(() => new LambdaAccumulator(model, basis)).Message, StringComparison.Ordinal);
    }

    internal static Dictionary<string, Tensor> Directions(CausalLanguageModel model)
    {
        var generator = new Generator(11);
        return model.TrackedLayers.ToDictionary(layer => layer.Name, layer => randn(layer.Outputs, layer.Inputs, dtype: ScalarType.Float64, generator: generator));
    }

    private static Dictionary<string, LayerBasis> Basis(CausalLanguageModel model, TokenBatch batch)
    {
        using var covariance = new CovarianceAccumulator(model);
        covariance.Add(batch, LabelSource.Empirical);
        var (activations, gradients) = (covariance.ActivationSums(), covariance.GradientSums());
        return model.TrackedLayers.ToDictionary(
            layer => layer.Name,
            layer => new LayerBasis(
                Eigenbasis.Decompose(layer.Name, activations[layer.InputGroup], covariance.AttendedTokens).Vectors,
                Eigenbasis.Decompose(layer.Name, gradients[layer.Name], covariance.AttendedTokens).Vectors));
    }

    /// <summary>Every sum over the corpus, under one name each.</summary>
    private static Dictionary<string, Tensor> Sums(CausalLanguageModel model, IEnumerable<TokenBatch> batches, bool sampled)
    {
        using var covariance = new CovarianceAccumulator(model);
        using var lambda = new LambdaAccumulator(model, RandomBasis(model));
        using var diagonal = new LambdaAccumulator(model, null);
        using var query = new QueryGradientAccumulator(model);
        foreach (var batch in batches)
        {
            covariance.Add(batch, sampled ? LabelSource.Sampled(5, RandomPurpose.CovarianceLabels) : LabelSource.Empirical);
            lambda.Add(batch, sampled ? LabelSource.Sampled(5, RandomPurpose.LambdaLabels) : LabelSource.Empirical);
            diagonal.Add(batch, sampled ? LabelSource.Sampled(5, RandomPurpose.LambdaLabels) : LabelSource.Empirical);
            query.Add(batch);
        }

        var result = new Dictionary<string, Tensor>
        {
            ["counts"] = tensor([(double)covariance.AttendedTokens, lambda.SequenceCount, diagonal.SequenceCount, query.Counts.Sequences, query.Counts.LossTokens]),
        };
        Append("activation", covariance.ActivationSums());
        Append("gradient", covariance.GradientSums());
        Append("lambda", lambda.Sums());
        Append("diagonal", diagonal.Sums());
        Append("query", query.Sums);
        return result;

        void Append(string kind, IReadOnlyDictionary<string, Tensor> sums)
        {
            foreach (var (name, sum) in sums)
            {
                result.Add($"{kind} {name}", sum.clone());
            }
        }
    }

    private static Dictionary<string, LayerBasis> RandomBasis(CausalLanguageModel model)
    {
        var generator = new Generator(7);
        Tensor Orthogonal(long size) => linalg.qr(randn(size, size, dtype: ScalarType.Float64, generator: generator)).Q;
        var groups = model.TrackedLayers.DistinctBy(layer => layer.InputGroup).ToDictionary(layer => layer.InputGroup, layer => Orthogonal(layer.Inputs));
        return model.TrackedLayers.ToDictionary(layer => layer.Name, layer => new LayerBasis(groups[layer.InputGroup], Orthogonal(layer.Outputs)));
    }

    private static void Same(IReadOnlyDictionary<string, Tensor> expected, IReadOnlyDictionary<string, Tensor> actual, double tolerance = Rounding)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, tensor) in expected)
        {
            TensorAssert.Close(tensor, actual[name], tolerance, name);
        }
    }
}
