using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Npy;
using IfGuide.Tests.Shared;

namespace IfGuide.Pipeline.Tests.Execution;

/// <summary>The whole way from run file to stored scores against the reference's numbers.</summary>
public sealed class GoldenRunTests
{
    [Theory]
    [InlineData("tiny_neox", "plain", CurvatureStrategy.Ekfac, "token_ekfac_heur_diff_meanseq", 5e-5)]
    [InlineData("tiny_neox", "padded", CurvatureStrategy.Ekfac, "token_ekfac_heur_diff_meanseq", 5e-5)]
    [InlineData("tiny_llama", "plain", CurvatureStrategy.Ekfac, "token_ekfac_heur_diff_meanseq", 5e-5)]
    [InlineData("tiny_llama", "padded", CurvatureStrategy.Kfac, "token_kfac_heur_diff_meanseq", 2e-5)]
    [InlineData("tiny_neox", "plain", CurvatureStrategy.Diagonal, "token_diagonal_heur_diff_meanseq", 2e-5)]
    [InlineData("tiny_llama", "plain", CurvatureStrategy.Identity, "token_identity_none_diff_meanseq", 2e-5)]
    public void Run_OnGoldenModel_StoresTheReferenceScores(string model, string data, CurvatureStrategy strategy, string golden, double tolerance)
    {
        using var folder = new TemporaryFolder();
        var store = new LocalArtifactStore(folder.File("store"));
        var specification = Specification(model, data, strategy, ScoreKind.Reference);
        var names = new LocalRun(store).Execute(specification, until: Stage.Score);

        using var expected = NpyFile.Open(Path.Combine(Golden(model), data, "scores", $"{golden}.f64.npy"));
        var wanted = expected.RowSpan<double>(0, expected.Rows).ToArray();
        var actual = Scores(store, names, specification.Shards!.Value);
        var scale = wanted.Max(Math.Abs);
        var worst = wanted.Zip(actual, (want, got) => Math.Abs(want - got) / scale).Max();
        Assert.True(worst <= tolerance, $"worst relative error {worst:E2} exceeds {tolerance:E0}");
    }

    [Theory]
    [InlineData("tiny_neox")]
    [InlineData("tiny_llama")]
    public void TokenAndPositionScores_HaveEqualSumsPerSequence(string model)
    {
        using var folder = new TemporaryFolder();
        var store = new LocalArtifactStore(folder.File("store"));
        var token = Run(ScoreKind.Token);
        var position = Run(ScoreKind.Position);
        var scale = token.Max(Math.Abs);
        for (var sequence = 0; sequence < 20; sequence++)
        {
            Assert.Equal(0f, token[sequence * 24]);
            Assert.True(Math.Abs(Sum(token, sequence) - Sum(position, sequence)) <= 1e-4 * scale, $"sequence {sequence}");
        }

        float[] Run(ScoreKind kind)
        {
            var specification = Specification(model, "padded", CurvatureStrategy.Ekfac, kind);
            return Scores(store, new LocalRun(store).Execute(specification, until: Stage.Score), specification.Shards!.Value);
        }

        static double Sum(float[] scores, int sequence) => scores.AsSpan(sequence * 24, 24).ToArray().Sum(score => (double)score);
    }

    private static RunSpec Specification(string model, string data, CurvatureStrategy strategy, ScoreKind kind) => new()
    {
        Run = RunId.Parse("golden"),
        Proxy = new ModelSpec { Path = Golden(model) },
        Corpus = new CorpusSpec { Pretokenised = Arrays(model, data) },
        Queries = new QueriesSpec { Toxic = new QuerySetSpec { Pretokenised = Arrays(model, "toxic") }, Nontoxic = new QuerySetSpec { Pretokenised = Arrays(model, "nontoxic") } },
        Factors = new FactorsSpec { Strategy = strategy, Labels = CurvatureLabels.Empirical },
        Scores = new ScoresSpec { Kind = kind },
        Shards = 3,
    };

    private static PretokenisedSpec Arrays(string model, string data) => new()
    {
        InputIds = Path.Combine(Golden(model), "data", $"{data}_input_ids.npy"),
        Labels = Path.Combine(Golden(model), "data", $"{data}_labels.npy"),
        AttentionMask = Path.Combine(Golden(model), "data", $"{data}_attention_mask.npy"),
    };

    private static string Golden(string model) => Path.Combine(TinyRun.Repository, "tests", "Goldens", model);

    private static float[] Scores(LocalArtifactStore store, ArtifactNames names, int shards) =>
        [.. Enumerable.Range(0, shards).SelectMany(shard =>
        {
            using var file = NpyFile.Open(store.FetchAsync(names.Behaviour(null).Scores(shard)).GetAwaiter().GetResult());
            return file.RowSpan<float>(0, file.Rows).ToArray();
        })];
}
