using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Client;
using IfGuide.Grains.Hosting;
using IfGuide.Grains.Tests.Toy;
using IfGuide.Pipeline.Results;
using IfGuide.Pipeline.Results.Exports;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Safetensors;
using IfGuide.Tests.Shared;
using static IfGuide.Grains.Tests.Runs.ClusterRunTests;

namespace IfGuide.Grains.Tests.Embedding;

/// <summary>What a program takes from the run that it has submitted is what <c>ifguide export</c> writes of it.</summary>
public sealed class TypedResultsTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly TemporaryFolder inputs = new();
    private readonly TemporaryFolder exported = new();
    private readonly TemporaryStore folder = new();

    [Fact]
    public async Task ResultsOfARunHandle_AreThoseThatExportWrites()
    {
        await using var host = await EmbeddedHost.StartAsync(new EmbeddedOptions { Store = folder.OpenAgain() });
        var handle = await new IfGuideClient(host.Grains).SubmitAsync(TinyRun.Create(inputs.Path));
        var status = await handle.WaitAsync().WaitAsync(Limit);
        AssertDone(status);

        var run = await RunArtifacts.OpenAsync(folder.Store, status);
        await AssertScoresAsync(run);
        await AssertDocumentsAsync(run);
        await AssertMaskAsync(run);
        await AssertOrderAsync(run);
        await AssertFactorsAsync(run);
        await AssertCountsAsync(run);
        await AssertModelAsync(run);
        await AssertMetricsAsync(run);
        await AssertRefusalsAsync(run);
    }

    public void Dispose()
    {
        inputs.Dispose();
        exported.Dispose();
        folder.Dispose();
    }

    private async Task AssertScoresAsync(RunArtifacts run)
    {
        using var scores = await run.ReadScoresAsync();
        await run.WriteScoresAsync(PathOf("s.npy"), ScoreFormat.Npy);
        await run.WriteScoresAsync(PathOf("s.safetensors"), ScoreFormat.Safetensors);
        using var npy = NpyFile.Open(PathOf("s.npy"));
        using var safetensors = SafetensorsFile.Open(PathOf("s.safetensors"));
        var all = scores.ReadRows().SelectMany(row => row).ToArray();
        Assert.Equal([run.Inputs.Sequences, run.Inputs.SequenceLength], scores.Shape);
        Assert.Equal(npy.RowSpan<float>(0, npy.Rows).ToArray(), all);
        Assert.Equal(safetensors.Span<float>("scores").ToArray(), all);
    }

    /// <summary>By document: its tokens in the array are those that the table of scores has.</summary>
    private static async Task AssertDocumentsAsync(RunArtifacts run)
    {
        using var scores = await run.ReadScoresAsync();
        using var results = run.OpenResults();
        var documents = run.ReadDocuments().ToList();
        var scored = results.Scored().ToList();
        Assert.Equal(documents.Select(document => document.Id), scored.Select(document => document.Id));
        foreach (var (document, expected) in documents.Zip(scored))
        {
            var found = new float[expected.Tokens.Count];
            scores.Read(document.First, found);
            Assert.Equal(expected.Tokens.Select(token => token.Score), found);
        }
    }

    private async Task AssertMaskAsync(RunArtifacts run)
    {
        using var mask = await run.ReadMaskAsync();
        await run.WriteMaskAsync(PathOf("m.npy"), MaskFormat.Npy);
        await run.WriteMaskAsync(PathOf("m.bin"), MaskFormat.Megatron);
        using var npy = NpyFile.Open(PathOf("m.npy"));
        var all = mask.ReadRows().SelectMany(row => row).ToArray();
        Assert.Equal(npy.RowSpan<bool>(0, npy.Rows).ToArray(), all);
        Assert.Equal(await File.ReadAllBytesAsync(PathOf("m.bin")), all.Select(token => (byte)(token ? 0 : 1)));
        Assert.Equal((await run.ReadMetricsAsync()).Selection.SelectedTokens, all.Count(token => token));
        Assert.Contains(true, all);
    }

    private async Task AssertOrderAsync(RunArtifacts run)
    {
        using var order = await run.ReadOrderAsync();
        await run.WriteOrderAsync(PathOf("o.npy"));
        using var npy = NpyFile.Open(PathOf("o.npy"));
        var all = order.ReadRows().Select(row => Assert.Single(row)).ToArray();
        Assert.Equal(npy.RowSpan<long>(0, npy.Rows).ToArray(), all);
        Assert.Equal(Enumerable.Range(0, (int)run.Inputs.Sequences).Select(sequence => (long)sequence), all.Order());
    }

    private async Task AssertFactorsAsync(RunArtifacts run)
    {
        using var factors = await run.ReadFactorsAsync();
        await run.WriteFactorsAsync(PathOf("factors"));
        var files = Directory.EnumerateFiles(PathOf("factors"), "*.safetensors");
        Assert.Equal(files.Select(file => Path.GetFileNameWithoutExtension(file)).ToHashSet(), factors.Kinds.ToHashSet());
        foreach (var kind in factors.Kinds)
        {
            using var file = SafetensorsFile.Open(PathOf($"factors/{kind}.safetensors"));
            var tensors = factors.GetTensors(kind);
            Assert.Equal(file.Tensors.Keys.ToHashSet(), tensors.Select(tensor => tensor.Name).ToHashSet());
            foreach (var tensor in tensors.Where(tensor => tensor.Type == ElementType.Float32))
            {
                Assert.Equal(file.Span<float>(tensor.Name).ToArray(), factors.Read<float>(kind, tensor.Name));
            }
        }

        var module = factors.GetTensors("activation_eigenvalues")[0].Name;
        var eigenvalues = factors.Read<double>("activation_eigenvalues", module);
        Assert.Equal(eigenvalues.Order(), eigenvalues);
        Assert.Throws<ArgumentException>(() => factors.Read<float>("activation_eigenvalues", module));
        Assert.Throws<ArgumentException>(() => factors.GetTensors("lambada"));
    }

    private async Task AssertCountsAsync(RunArtifacts run)
    {
        using var factors = await run.ReadFactorsAsync();
        var json = await File.ReadAllTextAsync(PathOf("factors/counts.json"));
        var counts = JsonSerializer.Deserialize<Dictionary<string, long>>(json);
        Assert.Equal(counts!.OrderBy(count => count.Key, StringComparer.Ordinal), factors.Counts);
        Assert.Equal(run.Inputs.AttendedTokens, factors.Counts["attended_tokens"]);
    }

    private async Task AssertModelAsync(RunArtifacts run)
    {
        Assert.Equal(["proxy", "base", "suppressed"], run.Models);
        var model = await run.ReadModelAsync();
        await run.WriteModelAsync(PathOf("model"));
        using var stored = model.OpenWeights();
        using var written = SafetensorsFile.Open(PathOf("model/model.safetensors"));
        Assert.Equal(32, model.ReadConfiguration().HiddenSize);
        Assert.Equal(written.Tensors.Keys.Order(StringComparer.Ordinal), stored.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach (var name in stored.Tensors.Keys)
        {
            Assert.Equal(written.Span<float>(name).ToArray(), stored.Span<float>(name).ToArray());
        }

        Assert.True(File.Exists(PathOf("model/config.json")) && File.Exists(PathOf("model/tokenizer.json")));
        Assert.Null(await run.FindCheckpointAsync("base"));
    }

    /// <summary>The record holds every figure of the file: written again, it gives the same bytes.</summary>
    private async Task AssertMetricsAsync(RunArtifacts run)
    {
        var metrics = await run.ReadMetricsAsync();
        await run.WriteMetricsAsync(PathOf("metrics.json"));
        using var again = new MemoryStream();
        metrics.Write(again);
        Assert.Equal(await File.ReadAllTextAsync(PathOf("metrics.json")), System.Text.Encoding.UTF8.GetString(again.ToArray()));
        Assert.Equal("tiny", metrics.Run);
        Assert.Equal(["base", "suppressed"], metrics.Models.Keys);
        Assert.NotNull(metrics.KnownSpans);
        Assert.True(metrics.Models["base"].Perplexity!.Value > 1);
    }

    private async Task AssertRefusalsAsync(RunArtifacts run)
    {
        await Assert.ThrowsAsync<UserErrorException>(() => run.ReadScoresAsync("rude"));
        await Assert.ThrowsAsync<UserErrorException>(() => run.ReadModelAsync("supressed"));
        var unprepared = run.Status! with { Inputs = null, State = RunState.Running };
        await Assert.ThrowsAsync<UserErrorException>(() => RunArtifacts.OpenAsync(folder.Store, unprepared));
        await folder.Store.DeleteAsync(run.Names.Metrics);
        var refused = await Assert.ThrowsAsync<UserErrorException>(() => run.ReadMetricsAsync());
        Assert.Equal("Run 'tiny' has no metrics yet (it is done); 'ifguide resume tiny' goes on with it.", refused.Message);
    }

    private string PathOf(string name) => Path.Combine(exported.Path, name);
}
