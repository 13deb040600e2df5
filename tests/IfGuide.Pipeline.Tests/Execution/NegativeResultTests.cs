using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Npy;
using IfGuide.Tests.Shared;

namespace IfGuide.Pipeline.Tests.Execution;

/// <summary>What the paper holds its method against: influence without contrast, and the removal of whole documents.</summary>
public sealed class NegativeResultTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly LocalArtifactStore store;
    private readonly RunSpec tiny;

    public NegativeResultTests()
    {
        store = new LocalArtifactStore(folder.File("store"));
        tiny = TinyRun.Create(folder.Path);
    }

    [Fact]
    public async Task Documents_AreSelectedWhole_ByTheSumOfTheirScores()
    {
        var names = new LocalRun(store).Execute(tiny with { Selection = tiny.Selection with { Unit = SelectedUnit.Document, Budget = TokenBudget.OfShare(0.1) } });
        var documents = await Documents(names);
        var candidates = documents.Where(document => document.Sum > 0).OrderByDescending(document => document.Sum).ToArray();
        using var metrics = JsonDocument.Parse(await File.ReadAllBytesAsync(await store.FetchAsync(names.Metrics)));
        var selection = metrics.RootElement.GetProperty("selection");
        var left = selection.GetProperty("budget").GetInt64();
        foreach (var document in candidates)
        {
            var fits = document.Labels <= left;
            Assert.Equal(fits ? document.Labels : 0, document.Selected);
            left -= document.Selected;
        }

        Assert.All(documents.Except(candidates), document => Assert.Equal(0, document.Selected));
        Assert.True(candidates[0].Selected > 0);
        Assert.Equal(documents.Sum(document => document.Selected), selection.GetProperty("selected_tokens").GetInt64());
        Assert.Equal(candidates.Length, selection.GetProperty("candidates").GetInt64());
        var page = await File.ReadAllTextAsync(await store.FetchAsync(names.Report));
        Assert.Contains("documents whose scores sum to more than 0", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<h2>What if</h2>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutContrast_ScoresDependOnTheToxicQueriesAlone_AndSumWithThoseOfTheOthersToTheContrast()
    {
        var contrast = await Scores(tiny);
        var toxic = await Scores(tiny with { Scores = new ScoresSpec { Contrast = false } });
        var nontoxic = await Scores(tiny with { Scores = new ScoresSpec { Contrast = false }, Queries = tiny.Queries with { Toxic = tiny.Queries.Nontoxic, Nontoxic = tiny.Queries.Toxic } });
        var scale = contrast.Max(Math.Abs);
        Assert.All(Enumerable.Range(0, contrast.Length), token => Assert.Equal(contrast[token], toxic[token] - nontoxic[token], 1e-4 * scale));
        Assert.NotEqual(contrast, toxic);
    }

    [Fact]
    public void WithoutContrast_TheNontoxicQueriesBelongToNoScore()
    {
        var alone = tiny with { Scores = new ScoresSpec { Contrast = false } };
        var names = new LocalRun(store).Execute(alone, until: Stage.Prepare);
        var other = new LocalRun(store).Execute(alone with { Queries = alone.Queries with { Nontoxic = alone.Queries.Toxic } }, until: Stage.Prepare);
        Assert.Equal(names.Behaviours[0].Scores(0), other.Behaviours[0].Scores(0));
        Assert.NotEqual(names.Behaviours[0].Scores(0), new LocalRun(store).Execute(tiny, until: Stage.Prepare).Behaviours[0].Scores(0));
    }

    public void Dispose() => folder.Dispose();

    private async Task<float[]> Scores(RunSpec run)
    {
        var names = new LocalRun(store).Execute(run, until: Stage.Score);
        using var scores = NpyFile.Open(await store.FetchAsync(names.Behaviours[0].Scores(0)));
        return scores.RowSpan<float>(0, scores.Rows).ToArray();
    }

    /// <summary>Each document's sum of scores, labels and selected tokens, from the files alone.</summary>
    private async Task<List<(double Sum, int Labels, int Selected)>> Documents(ArtifactNames names)
    {
        var inputs = await Inputs();
        var found = new List<(double Sum, int Labels, int Selected)>();
        for (var shard = 0; shard < inputs.Shards; shard++)
        {
            using var scores = NpyFile.Open(await store.FetchAsync(names.Behaviours[0].Scores(shard)));
            using var mask = NpyFile.Open(await store.FetchAsync(names.Mask(shard)));
            foreach (var piece in DocumentIndex.Read(await store.FetchAsync(inputs.DocumentsArtifact(shard))).Documents)
            {
                if (piece.TokenOffset == 0)
                {
                    found.Add(default);
                }

                for (var token = piece.FirstToken; token < piece.FirstToken + piece.TokenCount; token++)
                {
                    var (row, place) = Math.DivRem(token, inputs.SequenceLength);
                    if (place > 0)
                    {
                        var (sum, labels, selected) = found[^1];
                        found[^1] = (sum + scores.RowSpan<float>(row, 1)[(int)place], labels + 1, selected + (mask.RowSpan<bool>(row, 1)[(int)place] ? 1 : 0));
                    }
                }
            }
        }

        return found;
    }

    private async Task<PreparedInputs> Inputs()
    {
        using var executor = new UnitExecutor(store, "cpu");
        return await PreparedInputs.LoadAsync(store, executor.Execute(RunPlan.Preparation(tiny, await SpecificationStore.PutAsync(store, tiny))));
    }
}
