using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Preconditioning;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature.Reference;

/// <summary>Covariances, eigenvalues, lambdas, damping, counts, query gradients and preconditioned gradients against the reference implementation's.</summary>
[Collection(GoldenCollection.Name)]
public sealed class GoldenFactorTests(GoldenFixture fixture)
{
    public static TheoryData<string, string, string, bool> Covariances() => GoldenCase.All(file => file.Contains("covariance", StringComparison.Ordinal), "plain", "padded");

    public static TheoryData<string, string, string, bool> Eigenvalues() => GoldenCase.All(file => file.Contains("eigenvalues", StringComparison.Ordinal), "plain", "padded");

    public static TheoryData<string, string, string, bool> Lambdas() => GoldenCase.All(file => file.StartsWith("lambda", StringComparison.Ordinal), "plain", "padded");

    public static TheoryData<string, string, string, bool> Preconditioned() => GoldenCase.All(file => file.StartsWith("preconditioned", StringComparison.Ordinal), "plain", "padded");

    public static TheoryData<string, string, string, bool> QueryGradients() => GoldenCase.All(file => file.Contains("aggregated_gradient", StringComparison.Ordinal), "query");

    public static TheoryData<string, string, string, bool> Dampings() => GoldenCase.All(file => file == "heuristic_damping.json", "plain", "padded");

    public static TheoryData<string, string, string, bool> Counts() => GoldenCase.All(file => file == "counts.json", "plain", "padded");

    [Theory]
    [MemberData(nameof(Covariances))]
    public void Covariance(string family, string set, string file, bool wide)
    {
        using var scope = NewDisposeScope();
        var golden = new GoldenCase(family, set, file, wide);
        var run = fixture.Run(family, set, golden.Precision);
        var ours = golden.Stem == "activation_covariance" ? run.ActivationCovariances : run.Covariance.GradientSums();
        CheckAll(golden, golden.Stem, ours, 5e-6);
    }

    [Theory]
    [MemberData(nameof(Eigenvalues))]
    public void EigenvaluesOfTheMean(string family, string set, string file, bool wide)
    {
        using var scope = NewDisposeScope();
        var golden = new GoldenCase(family, set, file, wide);
        var run = fixture.Run(family, set, golden.Precision);
        var ours = golden.Stem == "activation_eigenvalues" ? run.ActivationEigenpairs : run.GradientEigenpairs;
        CheckAll(golden, golden.Stem, ours.ToDictionary(entry => entry.Key, entry => entry.Value.Values), 5e-6);
    }

    [Theory]
    [MemberData(nameof(Lambdas))]
    public void Lambda(string family, string set, string file, bool wide)
    {
        using var scope = NewDisposeScope();
        var golden = new GoldenCase(family, set, file, wide);
        var run = fixture.Run(family, set, golden.Precision);
        if (golden.Stem == "lambda_diagonal")
        {
            CheckAll(golden, golden.Stem, run.DiagonalLambda.Sums(), 1e-5);
        }
        else if (set == "plain")
        {
            CheckAll(golden, "lambda_ekfac, its eigenvectors", LambdaInFileBasis(run).Sums(), 1e-4);
        }
        else
        {
            CheckEigenspaces(golden);
        }
    }

    [Theory]
    [MemberData(nameof(QueryGradients))]
    public void QueryGradient(string family, string set, string file, bool wide)
    {
        using var scope = NewDisposeScope();
        var golden = new GoldenCase(family, set, file, wide);
        var name = golden.Stem.Split('_')[0];
        CheckAll(golden, "query gradient", fixture.Run(family, "plain", golden.Precision).Query(name).Sums, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Preconditioned))]
    public void PreconditionedGradient(string family, string set, string file, bool wide)
    {
        using var scope = NewDisposeScope();
        var golden = new GoldenCase(family, set, file, wide);
        var parts = golden.Stem.Split('_', 4);
        var run = fixture.Run(family, set, golden.Precision);
        var direction = run.Direction(GoldenCase.Strategy(parts[1]), GoldenCase.Damping(parts[2]), run.Gradient(parts[3]));
        CheckAll(golden, $"preconditioned gradient, {parts[1]} {parts[2]}", direction, (parts[1], parts[2]) switch
        {
            ("ekfac", "heur") => 1e-3,
            ("ekfac", _) => 5e-3,
            _ => 2e-4,
        });
    }

    [Theory]
    [MemberData(nameof(Dampings))]
    public void AutomaticDamping(string family, string set, string file, bool wide)
    {
        using var scope = NewDisposeScope();
        _ = wide; // one file, no precision in its name: both precisions below
        var json = Golden.Json($"{family}/{set}/{file}");
        foreach (var precision in (ScalarType[])[ScalarType.Float32, ScalarType.Float64])
        {
            var run = fixture.Run(family, set, precision);
            foreach (var layer in run.Model.TrackedLayers)
            {
                foreach (var entry in json.GetProperty(layer.Name).EnumerateObject())
                {
                    var damping = run.Precondition(layer.Name, GoldenCase.Strategy(entry.Name), new AutomaticDamping(), run.Query("toxic").Sums[layer.Name]).Damping;
                    var expected = entry.Value.GetDouble();
                    fixture.Check("automatic damping", family, precision, $"{family}/{set}/{file}:{layer.Name}", Math.Abs(damping - expected) / expected, precision == ScalarType.Float64 ? 1e-9 : 1e-5);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void TokensAndSequences(string family, string set, string file, bool wide)
    {
        using var scope = NewDisposeScope();
        var json = Golden.Json($"{family}/{set}/{file}");
        var run = fixture.Run(family, set, wide ? ScalarType.Float64 : ScalarType.Float32);
        foreach (var layer in run.Model.TrackedLayers)
        {
            Assert.Equal(json.GetProperty("num_activation_covariance_processed").GetProperty(layer.Name).GetInt64(), run.AttendedTokens);
            Assert.Equal(json.GetProperty("num_gradient_covariance_processed").GetProperty(layer.Name).GetInt64(), run.AttendedTokens);
            Assert.Equal(json.GetProperty("num_lambda_processed").GetProperty(layer.Name).GetInt64(), run.Lambda.SequenceCount);
        }

        var meta = Golden.Json($"{family}/{set}/meta.json");
        foreach (var query in (string[])["toxic", "nontoxic"])
        {
            Assert.Equal(meta.GetProperty("num_query_sequences").GetProperty(query).GetInt64(), run.Query(query).Counts.Sequences);
            Assert.Equal(meta.GetProperty("num_query_label_tokens").GetProperty(query).GetInt64(), run.Query(query).Counts.LossTokens);
        }
    }

    private static LambdaAccumulator LambdaInFileBasis(GoldenRun run)
    {
        var activation = Golden.Tensors($"{run.Family}/{run.Set}/activation_eigenvectors.f64.safetensors");
        var gradient = Golden.Tensors($"{run.Family}/{run.Set}/gradient_eigenvectors.f64.safetensors");
        return run.LambdaWith(activation.ToDictionary(entry => entry.Key, entry => new LayerBasis(entry.Value, gradient[entry.Key])));
    }

    /// <summary>Without the file's eigenvectors lambda is defined up to the choice of basis inside each eigenspace: its sums over pairs of eigenspaces are not.</summary>
    private void CheckEigenspaces(GoldenCase golden)
    {
        var exact = fixture.Run(golden.Family, golden.Set, ScalarType.Float64);
        var ours = fixture.Run(golden.Family, golden.Set, golden.Precision).LambdaWith(exact.OwnBasis()).Sums();
        var sums = new Dictionary<string, (Tensor, Tensor)>();
        foreach (var (layer, expected) in Golden.Tensors(golden.Path))
        {
            var rows = Eigenspaces(exact.GradientEigenpairs[layer].Values);
            var columns = Eigenspaces(exact.ActivationEigenpairs[layer].Values);
            Tensor Pool(Tensor lambda) => rows.t().mm(lambda.to_type(ScalarType.Float64)).mm(columns);
            sums.Add(layer, (Pool(ours[layer]), Pool(expected)));
        }

        Check(golden, "lambda_ekfac, by eigenspace", sums.ToDictionary(entry => entry.Key, entry => entry.Value.Item1), sums.ToDictionary(entry => entry.Key, entry => entry.Value.Item2), 1e-4);
    }

    /// <summary>Membership of each eigenvalue in a group of near-equal ones, [eigenvalues, groups].</summary>
    private static Tensor Eigenspaces(Tensor values)
    {
        var ascending = values.data<double>().ToArray();
        var group = new long[ascending.Length];
        for (var index = 1; index < ascending.Length; index++)
        {
            group[index] = group[index - 1] + (ascending[index] - ascending[index - 1] > 1e-6 * ascending[^1] ? 1 : 0);
        }

        return nn.functional.one_hot(tensor(group)).to_type(ScalarType.Float64);
    }

    private void CheckAll(GoldenCase golden, string artifact, IReadOnlyDictionary<string, Tensor> ours, double narrowTolerance) =>
        Check(golden, artifact, ours, Golden.Tensors(golden.Path), narrowTolerance);

    private void Check(GoldenCase golden, string artifact, IReadOnlyDictionary<string, Tensor> ours, IReadOnlyDictionary<string, Tensor> expected, double narrowTolerance)
    {
        Assert.NotEmpty(expected);
        Assert.Subset(ours.Keys.ToHashSet(), expected.Keys.ToHashSet()); // some files hold the first block's layers only
        var stored = Golden.Tensors(golden.Path).Values.First().dtype;
        var tolerance = golden.Wide ? stored == ScalarType.Float64 ? 1e-9 : 2e-7 : narrowTolerance;
        foreach (var (layer, tensor) in expected)
        {
            fixture.Check(artifact, golden.Family, golden.Precision, $"{golden.Path}:{layer}", TensorAssert.RelativeError(tensor, ours[layer]), tolerance);
        }
    }
}
