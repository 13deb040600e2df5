using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Explaining;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Results;
using IfGuide.Pipeline.Selection;
using IfGuide.Pipeline.Tests.Planning;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Npy;
using IfGuide.Tests.Shared;
using MessagePack;

namespace IfGuide.Pipeline.Tests.Execution;

/// <summary>Several behaviours in one run.</summary>
public sealed class BehavioursTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(ScoreKind.Token)]
    [InlineData(ScoreKind.Position)]
    [InlineData(ScoreKind.Reference)]
    public async Task EachBehaviour_HasNamesAndBytesOfARunOfItsOwn(ScoreKind kind)
    {
        var (insults, bluebirds, both) = TwoBehaviours.Of(TinyRun.Create(folder.Path) with { Scores = new ScoresSpec { Kind = kind } });
        var together = new LocalArtifactStore(folder.File("together"));
        var joint = new LocalRun(together).Execute(both, until: Stage.Select);
        foreach (var (name, alone) in new[] { (TwoBehaviours.First, insults), (TwoBehaviours.Second, bluebirds) })
        {
            var store = new LocalArtifactStore(folder.File(name));
            var own = new LocalRun(store).Execute(alone, until: Stage.Select).Behaviour(null);
            var names = joint.Behaviour(name);
            string[] artifacts = [names.Order, names.Selection, .. Enumerable.Range(0, 3).SelectMany(shard => new[] { names.Scores(shard), names.Mask(shard) })];
            Assert.Equal([own.Order, own.Selection, .. Enumerable.Range(0, 3).SelectMany(shard => new[] { own.Scores(shard), own.Mask(shard) })], artifacts);
            foreach (var artifact in artifacts)
            {
                Assert.Equal((await store.FindAsync(artifact))!.Digest, (await together.FindAsync(artifact))!.Digest);
            }
        }
    }

    [Fact]
    public async Task AnotherBehaviour_AddedLater_LeavesWhatIsThere()
    {
        var (insults, _, both) = TwoBehaviours.Of(TinyRun.Create(folder.Path));
        var store = new LocalArtifactStore(folder.File("store"));
        new LocalRun(store).Execute(insults, until: Stage.Select);
        var before = await NamesAsync(store);
        var names = new LocalRun(store).Execute(both, until: Stage.Select);
        var added = (await NamesAsync(store)).Except(before).GroupBy(name => name.Split('/')[0]).ToDictionary(stage => stage.Key, stage => stage.Count());
        Assert.Equal(["prepare", "query", "score", "select", "specification"], added.Keys.Order());
        Assert.Equal(2, added["prepare"]); // the manifest, and which texts occur twice, by their sets' names
        Assert.Equal(8, added["query"]); // the directions of the second behaviour's layers, of two input groups in attention and two in the perceptron a block
        Assert.Equal(3, added["score"]); // its three shards
        Assert.Equal(5 + 4, added["select"]); // its three masks, order and summary; three masks and the summary of the union
        Assert.Contains(names.Selection, await NamesAsync(store));
    }

    [Fact]
    public async Task FirstUnitOfAShard_ScoresItForEveryBehaviour()
    {
        var (_, _, both) = TwoBehaviours.Of(TinyRun.Create(folder.Path));
        var store = new LocalArtifactStore(folder.File("store"));
        var names = new LocalRun(store).Execute(both, until: Stage.Query);
        var specification = SpecificationStore.NameOf(both);
        using var executor = new UnitExecutor(store, "cpu");
        var inputs = executor.Execute(RunPlan.Preparation(both, specification));
        var stage = RunPlan.Create(both, specification, await PreparedInputs.LoadAsync(store, inputs), inputs).Single(stage => stage.Stage == Stage.Score);
        Assert.Equal(["insults.shard-00000", "insults.shard-00001", "insults.shard-00002"], stage.Waves[0].Select(unit => unit.Name));
        executor.Execute(stage.Waves[0][1]);
        Assert.NotNull(await store.FindAsync(names.Behaviour(TwoBehaviours.First).Scores(1)));
        Assert.NotNull(await store.FindAsync(names.Behaviour(TwoBehaviours.Second).Scores(1)));
        Assert.Null(await store.FindAsync(names.Behaviour(TwoBehaviours.Second).Scores(0)));
    }

    [Fact]
    public async Task Union_IsTheTokensOfAny_AndEachKeepsItsBudget()
    {
        var (_, _, both) = TwoBehaviours.Of(TinyRun.Create(folder.Path));
        var store = new LocalArtifactStore(folder.File("store"));
        var names = new LocalRun(store).Execute(both);
        bool[] first = await MaskAsync(store, names.Behaviour(TwoBehaviours.First).Mask), second = await MaskAsync(store, names.Behaviour(TwoBehaviours.Second).Mask);
        var union = await MaskAsync(store, names.Mask);
        Assert.Equal(first.Zip(second, (one, other) => one || other), union);
        var shared = first.Zip(second, (one, other) => one && other).Count(both => both);
        var record = MessagePackSerializer.Deserialize<UnionRecord>(await File.ReadAllBytesAsync(await store.FetchAsync(names.Selection)));
        Assert.Equal(union.Count(selected => selected), record.SelectedTokens);
        Assert.Equal(shared, record.SharedTokens);
        Assert.Equal(new SharedTokensRecord { First = "insults", Second = "bluebirds", Tokens = shared }, Assert.Single(record.Overlaps));
        Assert.Equal(union.Chunk(32).Count(row => row.Contains(true)), record.SelectedSequences);
        Assert.InRange(second.Count(selected => selected), 1, 40);
        Assert.InRange(first.Count(selected => selected), 41, (int)(0.05 * record.CorpusTokens));

        using var metrics = JsonDocument.Parse(await File.ReadAllBytesAsync(await store.FetchAsync(names.Metrics)));
        var behaviours = metrics.RootElement.GetProperty("behaviours");
        Assert.Equal(second.Count(selected => selected), behaviours.GetProperty("bluebirds").GetProperty("selection").GetProperty("selected_tokens").GetInt64());
        Assert.Equal(40, behaviours.GetProperty("bluebirds").GetProperty("selection").GetProperty("budget").GetInt64());
        Assert.Equal(27, behaviours.GetProperty("insults").GetProperty("what_if").GetArrayLength());
        Assert.Equal(record.SelectedTokens, metrics.RootElement.GetProperty("selection").GetProperty("selected_tokens").GetInt64());
        var losses = metrics.RootElement.GetProperty("models").GetProperty("suppressed").GetProperty("behaviours");
        Assert.Equal(losses.GetProperty("insults").GetProperty("toxic_query_loss").GetDouble(), losses.GetProperty("bluebirds").GetProperty("nontoxic_query_loss").GetDouble());
        var page = await File.ReadAllTextAsync(await store.FetchAsync(names.Report));
        Assert.Contains("<h2>What if: bluebirds</h2>", page, StringComparison.Ordinal);
        Assert.Contains("for more than one behaviour", page, StringComparison.Ordinal);
        Assert.Contains("select --run tiny --behaviour insults</code>", page, StringComparison.Ordinal);
    }

    /// <summary>rad and dpo learn from the queries of all behaviours: the two halves of the query sets, named, give what the whole sets give.</summary>
    [Fact]
    public async Task Baselines_LearnFromEveryBehavioursQueries()
    {
        var tiny = TinyRun.Create(folder.Path);
        var whole = tiny with { Evaluation = tiny.Evaluation! with { Compare = ["base", "rad", "dpo"] } };
        QuerySetSpec Half(QuerySetSpec set, int half)
        {
            var lines = File.ReadAllLines(set.Path!);
            return new QuerySetSpec { Path = folder.Lines($"{half}-{Path.GetFileName(set.Path)}", [.. lines.Chunk(lines.Length / 2).ElementAt(half)]) };
        }

        BehaviourSpec Behaviour(int half) => new() { Name = $"half-{half}", Toxic = Half(tiny.Queries.Toxic!, half), Nontoxic = Half(tiny.Queries.Nontoxic!, half) };
        var halves = whole with { SchemaVersion = 2, Queries = new QueriesSpec { MaxLength = tiny.Queries.MaxLength, Behaviours = [Behaviour(0), Behaviour(1)] } };
        LocalArtifactStore one = new(folder.File("one")), two = new(folder.File("two"));
        var (names, named) = (new LocalRun(one).Execute(whole, until: Stage.Evaluate), new LocalRun(two).Execute(halves, until: Stage.Evaluate));
        Assert.NotEqual(names.TrainedWeights("dpo"), named.TrainedWeights("dpo"));
        Assert.Equal((await one.FindAsync(names.TrainedWeights("dpo")))!.Digest, (await two.FindAsync(named.TrainedWeights("dpo")))!.Digest);
        Assert.NotEqual((await two.FindAsync(named.TrainedWeights("base")))!.Digest, (await two.FindAsync(named.TrainedWeights("dpo")))!.Digest);
        Assert.Equal((await one.FindAsync(names.Evaluation("rad")))!.Digest, (await two.FindAsync(named.Evaluation("rad")))!.Digest);
    }

    [Fact]
    public async Task Look_IntoOneBehaviour_ShowsItsScoresAndItsQueries()
    {
        var (_, _, both) = TwoBehaviours.Of(TinyRun.Create(folder.Path));
        var store = new LocalArtifactStore(folder.File("store"));
        new LocalRun(store).Execute(both, until: Stage.Select);
        using var executor = new UnitExecutor(store, "cpu");
        var inputs = await PreparedInputs.LoadAsync(store, executor.Execute(RunPlan.Preparation(both, SpecificationStore.NameOf(both))));
        double Score(string behaviour)
        {
            using var explainer = new DocumentExplainer(store, both, inputs, behaviour);
            var explanation = explainer.Explain("d13", queries: 3, layers: true)!;
            var tolerance = 1e-3 * explanation.Layers.Sum(layer => layer.Tokens.Sum(token => Math.Abs(token)));
            Assert.Equal(explanation.Score, explanation.Layers.Sum(layer => layer.Score), tolerance);
            Assert.Equal(explanation.Score, explanation.Queries!.ToxicMean - explanation.Queries.NontoxicMean, tolerance);
            return explanation.Score;
        }

        // The second behaviour's queries are the first's with the sets exchanged.
        Assert.Equal(Score(TwoBehaviours.First), -Score(TwoBehaviours.Second), 1e-3 * Math.Abs(Score(TwoBehaviours.First)));
        using var results = new RunResults(store, both, inputs, TwoBehaviours.Second);
        Assert.Equal(40, results.Selection.Budget);
        Assert.Contains(results.WhatIf(WhatIfGrid.Around(results.Parameters)), cell => cell.IsRun && cell.Tokens == results.Selection.SelectedTokens);
    }

    [Fact]
    public void Plan_NamesEveryArtifactOnce_AsTheNamesDo()
    {
        var (specification, inputs) = FixedRun.Create();
        var (toxic, nontoxic) = (inputs.Toxic!, inputs.Nontoxic!);
        specification = specification with
        {
            Queries = new QueriesSpec { Behaviours = [.. new[] { "a", "b", "selection" }.Select(name => new BehaviourSpec { Name = name, Toxic = specification.Queries.Toxic!, Nontoxic = specification.Queries.Nontoxic! })] },
        };
        inputs = inputs with
        {
            Toxic = null,
            Nontoxic = null,
            Named =
            [
                new PreparedBehaviour { Name = "a", Toxic = toxic, Nontoxic = nontoxic },
                new PreparedBehaviour { Name = "b", Toxic = toxic with { Key = "other-key" }, Nontoxic = nontoxic }, // shares the nontoxic set
                new PreparedBehaviour { Name = "selection", Toxic = toxic, Nontoxic = nontoxic }, // is the first under another name
            ],
        };
        var names = new ArtifactNames(specification, inputs);
        var units = RunPlan.Create(specification, "s", inputs, "i").SelectMany(stage => stage.Units).ToArray();
        Assert.All(units, unit => Assert.Equal(unit.Artifact, RunPlan.ArtifactOf(names, unit)));
        Assert.Equal(units.Length, units.Where(unit => unit.Stage is not (Stage.TrainProxy or Stage.Train)).DistinctBy(unit => unit.Artifact).Count() + units.Count(unit => unit.Stage is Stage.TrainProxy or Stage.Train));
        Assert.Equal(3, units.Count(unit => unit is { Stage: Stage.Query, Kind: Abstractions.Units.UnitKind.CorpusShard }));
        Assert.Equal(["a.selection", "b.selection", "selection"], units.Where(unit => unit.Stage == Stage.Select).Select(unit => unit.Name));
    }

    private static async Task<HashSet<string>> NamesAsync(LocalArtifactStore store)
    {
        var names = new HashSet<string>();
        await foreach (var artifact in store.ListAsync(string.Empty))
        {
            names.Add(artifact.Name);
        }

        return names;
    }

    private static async Task<bool[]> MaskAsync(LocalArtifactStore store, Func<int, string> name)
    {
        var mask = new List<bool>();
        for (var shard = 0; shard < 3; shard++)
        {
            using var file = NpyFile.Open(await store.FetchAsync(name(shard)));
            mask.AddRange(file.RowSpan<bool>(0, file.Rows));
        }

        return [.. mask];
    }
}
