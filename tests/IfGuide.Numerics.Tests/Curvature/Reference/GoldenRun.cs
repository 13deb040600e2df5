using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Influence;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Preconditioning;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature.Reference;

/// <summary>Our own computation of everything that one golden folder holds, in one precision; computed on demand and kept.</summary>
internal sealed class GoldenRun(string family, string set, ScalarType precision) : IDisposable
{
    private readonly Dictionary<string, object> kept = [];

    public string Family => family;

    public string Set => set;

    public CausalLanguageModel Model => Keep("model", () => Golden.Model(family, precision));

    public TokenBatch Train => Keep("train", () => Golden.Batch(family, set));

    public long AttendedTokens => Covariance.AttendedTokens;

    public CovarianceAccumulator Covariance => Keep("covariance", () =>
    {
        var sums = new CovarianceAccumulator(Model);
        foreach (var batch in Train.Split(4))
        {
            sums.Add(batch, LabelSource.Empirical);
        }

        return sums;
    });

    /// <summary>Σ a aᵀ by layer, groups spelled out.</summary>
    public IReadOnlyDictionary<string, Tensor> ActivationCovariances =>
        Model.TrackedLayers.ToDictionary(layer => layer.Name, layer => Covariance.ActivationSums()[layer.InputGroup]);

    public IReadOnlyDictionary<string, Eigenpairs> ActivationEigenpairs => Keep("activation eigenpairs", () => Decompose(ActivationCovariances));

    public IReadOnlyDictionary<string, Eigenpairs> GradientEigenpairs => Keep("gradient eigenpairs", () => Decompose(Covariance.GradientSums()));

    public LambdaAccumulator Lambda => Keep("lambda", () => LambdaWith(OwnBasis()));

    public LambdaAccumulator DiagonalLambda => Keep("diagonal lambda", () => LambdaWith(null));

    public LambdaAccumulator LambdaWith(IReadOnlyDictionary<string, LayerBasis>? basis)
    {
        var sums = new LambdaAccumulator(Model, basis);
        foreach (var batch in Train.Split(4))
        {
            sums.Add(batch, LabelSource.Empirical);
        }

        return sums;
    }

    public IReadOnlyDictionary<string, LayerBasis> OwnBasis() =>
        Model.TrackedLayers.ToDictionary(layer => layer.Name, layer => new LayerBasis(ActivationEigenpairs[layer.Name].Vectors, GradientEigenpairs[layer.Name].Vectors));

    public QueryGradientAccumulator Query(string name) => Keep($"query {name}", () =>
    {
        var sums = new QueryGradientAccumulator(Model);
        foreach (var batch in Golden.Batch(family, name).Split(4))
        {
            sums.Add(batch);
        }

        return sums;
    });

    /// <summary>The query gradient that a file name's last part stands for: toxic, nontoxic, diff_meanseq, diff_meantok, diff_sum.</summary>
    public IReadOnlyDictionary<string, Tensor> Gradient(string name)
    {
        if (name is "toxic" or "nontoxic")
        {
            return Query(name).Sums;
        }

        var normalisation = name switch
        {
            "diff_meanseq" => GradientNormalisation.Sequence,
            "diff_meantok" => GradientNormalisation.Token,
            "diff_sum" => GradientNormalisation.Sum,
            _ => throw new ArgumentException($"unknown query '{name}'"),
        };
        var (toxic, nontoxic) = (Query("toxic"), Query("nontoxic"));
        return toxic.Sums.ToDictionary(
            sum => sum.Key,
            sum => QueryContrast.Difference(sum.Value, toxic.Counts, nontoxic.Sums[sum.Key], nontoxic.Counts, normalisation));
    }

    public PreconditionedGradient Precondition(string layer, ICurvature curvature, IDampingRule damping, Tensor gradient)
    {
        var lambda = curvature.NeedsLambda ? LambdaOf(curvature) : null;
        var factors = new LayerFactors(
            curvature.NeedsEigenbasis ? ActivationEigenpairs[layer] : null,
            curvature.NeedsEigenbasis ? GradientEigenpairs[layer] : null,
            lambda?.Sums()[layer],
            lambda?.SequenceCount ?? 0);
        return curvature.Precondition(layer, gradient, factors, damping, AccumulationPrecision.For(precision));
    }

    public IReadOnlyDictionary<string, Tensor> Direction(ICurvature curvature, IDampingRule damping, IReadOnlyDictionary<string, Tensor> gradient) =>
        gradient.ToDictionary(entry => entry.Key, entry => Precondition(entry.Key, curvature, damping, entry.Value).Direction);

    private LambdaAccumulator LambdaOf(ICurvature curvature) => curvature.NeedsEigenbasis ? Lambda : DiagonalLambda;

    /// <summary>[sequences, tokens].</summary>
    public Tensor Scores(IReadOnlyDictionary<string, Tensor> direction) => Scored(direction, (scorer, batch) => scorer.Score(batch), 0);

    /// <summary>[layers, sequences, tokens].</summary>
    public Tensor ScoresByLayer(IReadOnlyDictionary<string, Tensor> direction) => Scored(direction, (scorer, batch) => scorer.ScoreByLayer(batch), 1);

    public void Dispose()
    {
        foreach (var value in kept.Values.OfType<IDisposable>())
        {
            value.Dispose();
        }
    }

    private Tensor Scored(IReadOnlyDictionary<string, Tensor> direction, Func<PositionScorer, TokenBatch, Tensor> score, int sequenceDimension)
    {
        using var scorer = new PositionScorer(Model, direction);
        return cat([.. Train.Split(4).Select(batch => score(scorer, batch))], sequenceDimension);
    }

    private Dictionary<string, Eigenpairs> Decompose(IReadOnlyDictionary<string, Tensor> sums) =>
        sums.ToDictionary(entry => entry.Key, entry => Eigenbasis.Decompose(entry.Key, entry.Value, AttendedTokens));

    private T Keep<T>(string name, Func<T> compute) where T : notnull
    {
        if (!kept.TryGetValue(name, out var value))
        {
            using var scope = NewDisposeScope();
            kept.Add(name, value = compute());
            scope.Detach(scope.DisposablesView.ToArray()); // outlives the test that happened to need it first
        }

        return (T)value;
    }
}
