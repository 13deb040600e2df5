using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Explaining;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Results;
using IfGuide.Storage.Artifacts;
using IfGuide.Tests.Shared;

namespace IfGuide.Pipeline.Tests.Explaining;

public sealed class DocumentExplainerTests
{
    private const double Tolerance = 2e-4;

    [Fact]
    public async Task InfluencesOnTheQueries_MakeUpTheScore_OfADocumentAndOfEachToken()
    {
        using var folder = new TemporaryFolder();
        var (store, specification, inputs) = await Run(folder, TinyRun.Create(folder.Path));
        using var explainer = new DocumentExplainer(store, specification, inputs);
        var scale = Scale(store, specification, inputs, "d13");
        foreach (int? token in new int?[] { null, 0, 5, 12 })
        {
            var explanation = explainer.Explain("d13", token, queries: 100)!;
            var queries = explanation.Queries!;
            Assert.Equal(explanation.Score, queries.ToxicMean - queries.NontoxicMean, Tolerance * scale);
            Assert.Equal(queries.ToxicMean, queries.Toxic.Average(query => query.Influence), Tolerance * scale);
            Assert.Equal(8, queries.Toxic.Count);
            Assert.Equal(queries.Toxic.OrderByDescending(query => query.Influence), queries.Toxic);
        }

        var nearest = explainer.Explain("d13", queries: 2)!.Queries!;
        Assert.Equal(2, nearest.Nontoxic.Count);
        Assert.All(nearest.Toxic, query => Assert.StartsWith(" You stupid", query.Completion, StringComparison.Ordinal));
        Assert.All(nearest.Toxic, query => Assert.EndsWith("sourpuss:", query.Prompt, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ScoreKind.Token)]
    [InlineData(ScoreKind.Position)]
    [InlineData(ScoreKind.Reference)]
    public async Task LayerContributions_SumToTheStoredScores(ScoreKind kind)
    {
        using var folder = new TemporaryFolder();
        var specification = TinyRun.Create(folder.Path);
        var (store, run, inputs) = await Run(folder, specification with { Scores = specification.Scores with { Kind = kind } });
        using var results = new RunResults(store, run, inputs);
        using var explainer = new DocumentExplainer(store, run, inputs);
        foreach (var id in new[] { "d13", "d40", "d99" })
        {
            var stored = results.Find(id)!.Tokens;
            var explanation = explainer.Explain(id, layers: true)!;
            Assert.Equal(8, explanation.Layers.Count);
            var scale = stored.Max(token => Math.Abs(token.Score));
            for (var token = 0; token < stored.Count; token++)
            {
                Assert.Equal(stored[token].Score, explanation.Layers.Sum(layer => (double)layer.Tokens[token]), Tolerance * scale);
            }

            Assert.Equal(explanation.Score, explanation.Layers.Sum(layer => layer.Score), Tolerance * scale * stored.Count);
        }
    }

    [Fact]
    public async Task ADocumentOrTokenThatIsNot_IsSaid()
    {
        using var folder = new TemporaryFolder();
        var (store, specification, inputs) = await Run(folder, TinyRun.Create(folder.Path));
        using var explainer = new DocumentExplainer(store, specification, inputs);
        Assert.Null(explainer.Explain("nobody", layers: true));
        Assert.Contains("expected one of 0 to", Assert.Throws<UserErrorException>(() => explainer.Explain("d13", token: 1000, layers: true)).Message, StringComparison.Ordinal);
    }

    private static double Scale(LocalArtifactStore store, RunSpec specification, PreparedInputs inputs, string id)
    {
        using var results = new RunResults(store, specification, inputs);
        return results.Find(id)!.Tokens.Sum(token => Math.Abs(token.Score));
    }

    private static async Task<(LocalArtifactStore Store, RunSpec Specification, PreparedInputs Inputs)> Run(TemporaryFolder folder, RunSpec specification)
    {
        var store = new LocalArtifactStore(folder.File("store"));
        new LocalRun(store).Execute(specification, until: Stage.Select);
        using var executor = new UnitExecutor(store, "cpu");
        var inputs = executor.Execute(RunPlan.Preparation(specification, await SpecificationStore.PutAsync(store, specification)));
        return (store, specification, await PreparedInputs.LoadAsync(store, inputs));
    }
}
