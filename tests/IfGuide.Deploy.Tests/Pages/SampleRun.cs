using IfGuide.Cli.Commands;
using IfGuide.Tests.Shared;

namespace IfGuide.Deploy.Tests.Pages;

/// <summary>A small run that is done, in a store of its own, and its model: what the pages' lines are tried on.</summary>
public sealed class SampleRun : IAsyncLifetime
{
    public const string Id = "tiny";
    internal const string Collection = "sample run";
    private const int Documents = 160;
    private const int Records = 12;

    private static readonly string[] ShortFiles =
        ["queries_toxic.jsonl", "queries_nontoxic.jsonl", "prompts_eval.jsonl", "valid.jsonl", "lambada_like.jsonl"];

    private const string Text = """
        run: tiny
        proxy:
          architecture: { hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 64 }
          training: { epochs: 2, batch_size: 8, micro_batch_size: 8, learning_rate: 3e-3 }
        tokenizer: ./tokenizer.json
        corpus: { path: ./corpus.jsonl, block: 64 }
        queries: { toxic: ./queries_toxic.jsonl, nontoxic: ./queries_nontoxic.jsonl, max_length: 64 }
        selection: { quantile: 0.98, window: 1, budget: 3% }
        target:
          architecture: { hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 64 }
        training: { epochs: 2, batch_size: 8, micro_batch_size: 8, learning_rate: 3e-3 }
        shards: 2
        """;

    private readonly TemporaryFolder folder = new();

    /// <summary>The run file.</summary>
    public string File => folder.File("tiny.yaml");

    /// <summary>The Hugging Face folder of the model that it trained.</summary>
    public string Model => folder.File("model");

    /// <summary>Id of a document of its corpus.</summary>
    public string Document { get; private set; } = string.Empty;

    /// <summary>A file of the quickstart's data, cut to some records.</summary>
    public string Data(string name) => folder.File(name);

    /// <summary>A place for a result.</summary>
    public string Result(string name)
    {
        var place = Directory.CreateDirectory(folder.File($"results-{Guid.NewGuid():N}"));
        return Path.Combine(place.FullName, name);
    }

    public async ValueTask InitializeAsync()
    {
        Take("corpus.jsonl", Documents);
        Take("corpus_labels.jsonl", Documents);
        foreach (var name in ShortFiles)
        {
            Take(name, Records);
        }

        Take("tokenizer.json", int.MaxValue);
        await System.IO.File.WriteAllTextAsync(File, Text + "\n");
        var first = System.IO.File.ReadLines(Data("corpus.jsonl")).First();
        Document = System.Text.Json.JsonDocument.Parse(first).RootElement.GetProperty("id").GetString()!;
        Assert.Equal(0, await RunAsync("run", File, "--quiet"));
        Assert.Equal(0, await RunAsync("export", Id, "model", "--out", Model));
    }

    /// <summary>Runs a command of ifguide in this process, on the run's store.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> RunAsync(params string[] arguments) =>
        CommandLine.RunAsync([.. arguments, "--store", $"file:{folder.File("store")}"]);

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Take(string name, int lines)
    {
        var source = Path.Combine(Checkout.Root, "deploy/quickstart/data", name);
        System.IO.File.WriteAllLines(Data(name), System.IO.File.ReadLines(source).Take(lines));
    }
}
