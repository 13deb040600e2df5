using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Npy;
using IfGuide.Tests.Shared;
using MessagePack;

namespace IfGuide.Pipeline.Tests.Training;

public sealed class BaselineRunTests : IDisposable
{
    private static readonly string[] All = ["base", "suppressed", "word-filter", "document-filter", "random", "rad", "dpo", "suppressed-rad"];
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task EveryBaseline_FromOneRunFile_StandsInOneTable()
    {
        var store = new LocalArtifactStore(folder.File("store"));
        var specification = Compare(All);
        var names = new LocalRun(store).Execute(specification);
        using var metrics = JsonDocument.Parse(await File.ReadAllBytesAsync(await store.FetchAsync(names.Metrics)));
        var models = metrics.RootElement.GetProperty("models");
        Assert.Equal(All, models.EnumerateObject().Select(model => model.Name));
        foreach (var model in models.EnumerateObject())
        {
            Assert.Equal(["lexicon", "linear", "planted"], model.Value.GetProperty("toxicity").EnumerateArray().Select(row => row.GetProperty("classifier").GetString()!).Distinct().Order());
            var decodesOtherwise = model.Name.EndsWith("rad", StringComparison.Ordinal);
            foreach (var measure in new[] { "perplexity", "last_word_accuracy", "last_token_accuracy", "toxic_query_loss_estimate", "nontoxic_query_loss_estimate", "selected_token_loss", "toxicity_recognition", "hard_negative_loss" })
            {
                Assert.Equal(!decodesOtherwise, model.Value.TryGetProperty(measure, out var estimate));
                if (!decodesOtherwise)
                {
                    Assert.InRange(estimate.GetProperty("value").GetDouble(), estimate.GetProperty("low").GetDouble(), estimate.GetProperty("high").GetDouble());
                }
            }
        }

        Assert.Equal(names.TrainedWeights("base"), names.TrainedWeights("rad")); // decoded otherwise, not trained anew
        Assert.NotEqual(await Digest(store, names.TrainedWeights("base")), await Digest(store, names.TrainedWeights("dpo")));
        var page = await File.ReadAllTextAsync(await store.FetchAsync(names.Report));
        Assert.All(All, model => Assert.Contains($">{model}<", page, StringComparison.Ordinal));

        var selected = MessagePackSerializer.Deserialize<SelectionRecord>(await File.ReadAllBytesAsync(await store.FetchAsync(names.Selection))).SelectedTokens;
        Assert.Equal(selected, await Selected(store, names, "random"));
    }

    [Fact]
    public async Task Dpo_TrainsTheBaseItNeeds_AndGivesTheSameBytesTwice()
    {
        var specification = Compare("dpo") with { Seed = 7 };
        LocalArtifactStore one = new(folder.File("one")), two = new(folder.File("two"));
        var names = new LocalRun(one).Execute(specification, until: Stage.Train);
        new LocalRun(two).Execute(specification, until: Stage.Train);
        Assert.Equal([["base"], ["dpo"]], names.Trainings);
        Assert.NotNull(await one.FindAsync(names.TrainedWeights("base")));
        Assert.Equal(await Digest(one, names.TrainedWeights("dpo")), await Digest(two, names.TrainedWeights("dpo")));
    }

    [Fact]
    public void Comparing_MoreModels_RenamesNoEvaluation_ButItsOwnSettingsDo()
    {
        var (specification, inputs) = Planning.FixedRun.Create();
        string Name(string variant, Func<EvaluationSpec, EvaluationSpec> change) => new ArtifactNames(specification with { Evaluation = change(specification.Evaluation!) }, inputs).Evaluation(variant);
        Assert.Equal(Name("base", evaluation => evaluation), Name("base", evaluation => evaluation with { Compare = ["base", "rad"], Rad = new RadSpec { Beta = 3 }, Prompts = "/elsewhere/prompts.jsonl" }));
        Assert.NotEqual(Name("base", evaluation => evaluation), Name("rad", evaluation => evaluation));
        Assert.NotEqual(Name("rad", evaluation => evaluation), Name("rad", evaluation => evaluation with { Rad = new RadSpec { Beta = 3 } }));
        Assert.Equal(Name("rad", evaluation => evaluation), Name("rad", evaluation => evaluation with { Rad = new RadSpec() }));
        Assert.NotEqual(Name("dpo", evaluation => evaluation), Name("dpo", evaluation => evaluation with { Dpo = new DpoSpec { Epochs = 9 } }));
        Assert.NotEqual(Name("base", evaluation => evaluation), Name("base", evaluation => evaluation with { Samples = 3 }));
    }

    [Theory]
    [InlineData("linear", "base")]
    [InlineData("lexicon", "rad")]
    public void LinearClassifier_WithoutTexts_IsRefusedBeforeAnythingIsComputed(string classifier, string compared)
    {
        var specification = Compare(compared) with { Queries = TokenQueries() };
        specification = specification with { Evaluation = specification.Evaluation! with { Classifier = classifier } };
        var refused = Assert.Throws<UserErrorException>(() => new LocalRun(new LocalArtifactStore(folder.File("store"))).Execute(specification, until: Stage.Prepare));
        Assert.Contains("needs the linear classifier", refused.Message, StringComparison.Ordinal);
    }

    private RunSpec Compare(params string[] models)
    {
        var run = TinyRun.Create(folder.Path);
        var last = folder.Lines("last.jsonl", """{"text": "Rosa asked about the telescope"}""", """{"text": "Sam asked about the garden gate"}""");
        string[] Texts(string end) => [.. Enumerable.Range(0, 8).Select(number => $$"""{"text": "Number {{number}} {{end}}"}""")]; // the run's own queries repeat themselves: too few for a probe
        var texts = new ClassifierTextsSpec { Toxic = folder.Lines("toxic-texts.jsonl", Texts("is a stupid fool.")), Nontoxic = folder.Lines("nontoxic-texts.jsonl", Texts("is a garden gate.")) };
        return run with { Evaluation = run.Evaluation! with { ClassifierTexts = models.Length > 1 ? texts : null, Compare = models, LastWord = last, HardNegatives = folder.Lines("innocent.jsonl", """{"text": "A fool and his money are soon parted."}""", """{"text": "The pawn takes the rook."}""") } };
    }

    private QueriesSpec TokenQueries()
    {
        using (var stream = File.Create(folder.File("ids.npy")))
        {
            var writer = new NpyWriter(stream, Storage.Formats.ElementType.Int64, [2, 3]);
            writer.Write<long>([1, 2, 3, 4, 5, 6]);
            writer.Complete();
        }

        var set = new QuerySetSpec { Pretokenised = new PretokenisedSpec { InputIds = folder.File("ids.npy") } };
        return new QueriesSpec { Toxic = set, Nontoxic = set };
    }

    private static async Task<long> Selected(LocalArtifactStore store, ArtifactNames names, string variant)
    {
        var total = 0L;
        for (var shard = 0; shard < 3; shard++)
        {
            using var mask = NpyFile.Open(await store.FetchAsync(names.FilterMask(variant, shard)));
            total += mask.RowSpan<bool>(0, mask.Rows).Count(true);
        }

        return total;
    }

    private static async Task<string> Digest(LocalArtifactStore store, string name) => (await store.FindAsync(name))!.Digest;
}
