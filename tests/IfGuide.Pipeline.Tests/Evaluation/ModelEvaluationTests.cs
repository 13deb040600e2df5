using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Evaluation;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Records;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Models;
using IfGuide.Storage.Npy;
using IfGuide.Tests.Shared;
using MessagePack;

namespace IfGuide.Pipeline.Tests.Evaluation;

public sealed class ModelEvaluationTests : IDisposable
{
    private static readonly string Neox = Path.Combine(Checkout.Root, "tests", "Goldens", "tiny_neox");
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A run's evaluation of its base model, and the same model exported and evaluated alone, are the same numbers.</summary>
    [Fact]
    public async Task AModelAlone_GivesWhatTheRunGave_AndIsMeasuredOnce()
    {
        var store = new LocalArtifactStore(folder.File("store"));
        var run = TinyRun.Create(folder.Path);
        run = run with { Evaluation = run.Evaluation! with { Compare = ["base"], Labels = null, LastWord = folder.Lines("last.jsonl", """{"text": "Rosa asked about the telescope"}""") } };
        var names = new LocalRun(store).Execute(run);
        var expected = MessagePackSerializer.Deserialize<EvaluationRecord>(await File.ReadAllBytesAsync(await store.FetchAsync(names.Evaluation("base"))));
        HuggingFaceModel.Save(folder.File("model"), Directory.GetFiles(folder.File("store"), "config.json", SearchOption.AllDirectories).First(path => !path.Contains(".digests", StringComparison.Ordinal)), await store.FetchAsync(names.TrainedWeights("base")), run.Tokenizer);
        var request = new EvaluationRequest
        {
            Model = folder.File("model"),
            Evaluation = run.Evaluation,
            Toxic = run.Queries.Toxic!.Path,
            Nontoxic = run.Queries.Nontoxic!.Path,
            QueryLength = 32,
            Block = 32,
            Seed = run.Seed,
        };
        var alone = new ModelEvaluation(new LocalArtifactStore(folder.File("alone")));

        var record = alone.Measure(request);

        Assert.Equal(expected.Toxicity, record.Toxicity);
        Assert.Equal(expected.Examples, record.Examples);
        Assert.Equal(
            (expected.Perplexity, expected.LastToken, expected.LastWord, expected.ToxicQueries, expected.NontoxicQueries),
            (record.Perplexity, record.LastToken, record.LastWord, record.ToxicQueries, record.NontoxicQueries));
        Assert.Equal(expected.Recognition, record.Recognition);
        Assert.Equal(("model", null), (record.Variant, record.SelectedLoss));
        var progress = new Counted();
        Assert.Equal(record.Toxicity, alone.Measure(request, progress).Toxicity);
        Assert.Equal(0, progress.Reports);
        Assert.Throws<UserErrorException>(() => alone.Measure(request with { Mask = run.Tokenizer }));
        Assert.Throws<UserErrorException>(() => alone.Measure(request with { Block = 100_000 }));
    }

    [Fact]
    public void TheLossOfSelectedTokens_IsTheGoldenTokenLossesMean()
    {
        using var golden = NpyFile.Open(Path.Combine(Neox, "plain", "token_loss.f64.npy"));
        var (rows, length) = ((int)golden.Rows, (int)golden.RowLength);
        var losses = new float[rows * length];
        golden.ReadFloats(0, losses);
        var selected = Enumerable.Range(0, rows * length).Select(place => place % 5 == 3 || place % length == 0).ToArray();
        var expected = Enumerable.Range(0, rows * length).Where(place => selected[place] && place % length != 0).Average(place => losses[place - 1]); // the golden stands at the position that predicts

        var record = Measure(selected, [rows, length]);

        Assert.Equal(expected, record.SelectedLoss!.Value, 1e-4);
        Assert.InRange(record.SelectedLoss.Value, record.SelectedLoss.Low, record.SelectedLoss.High);
        Assert.Equal((null, null, null), (record.Perplexity, record.LastWord, record.ToxicQueries));
        Assert.Null(Measure(new bool[rows * length], [rows, length]).SelectedLoss);
        Assert.Contains("expected Bool", Assert.Throws<UserErrorException>(() => Measure(selected, [rows * length, 1])).Message, StringComparison.Ordinal);
    }

    private EvaluationRecord Measure(bool[] mask, long[] shape)
    {
        using (var stream = File.Create(folder.File("mask.npy")))
        {
            var writer = new NpyWriter(stream, ElementType.Bool, shape);
            writer.Write<bool>(mask);
            writer.Complete();
        }

        return new ModelEvaluation(new LocalArtifactStore(folder.File("store"))).Measure(new EvaluationRequest
        {
            Model = Neox,
            Tokenizer = TinyRun.Tokenizer,
            Evaluation = new EvaluationSpec { Compare = [] },
            Corpus = new PretokenisedSpec { InputIds = Path.Combine(Neox, "data", "plain_input_ids.npy") },
            Mask = folder.File("mask.npy"),
        });
    }

    private sealed class Counted : IProgress<UnitProgress>
    {
        public int Reports { get; private set; }

        public void Report(UnitProgress value) => Reports++;
    }
}
