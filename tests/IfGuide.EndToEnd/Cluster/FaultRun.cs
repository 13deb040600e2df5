using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Cluster;

/// <summary>The run that faults strike: the whole method, its units long enough to be hit, half a minute on one core.</summary>
internal static class FaultRun
{
    public const string Name = "faults";
    private const string FileName = "faults.yaml";

    private const string Text = """
        run: faults
        seed: 7
        proxy:
          architecture: { hidden_size: 128, num_hidden_layers: 3, num_attention_heads: 4, intermediate_size: 512 }
          training: { epochs: 1, batch_size: 16, micro_batch_size: 16, learning_rate: 3e-3, checkpoint_every: 5 }
        tokenizer: ./data/tokenizer.json
        corpus: { path: ./data/corpus.jsonl, block: 128 }
        queries: { toxic: ./data/queries_toxic.jsonl, nontoxic: ./data/queries_nontoxic.jsonl, max_length: 64 }
        selection: { quantile: 0.98, window: 1, budget: 3% }
        target:
          architecture: { hidden_size: 128, num_hidden_layers: 3, num_attention_heads: 4, intermediate_size: 512 }
        training: { epochs: 1, batch_size: 16, micro_batch_size: 16, learning_rate: 3e-3, checkpoint_every: 5 }
        evaluation: { prompts: ./data/prompts_eval.jsonl, samples: 4, max_new_tokens: 10, perplexity: ./data/valid.jsonl, last_word: ./data/lambada_like.jsonl, labels: ./data/corpus_labels.jsonl }
        shards: 6

        """;

    private static readonly Lazy<Task<IReadOnlyDictionary<string, string>>> Undisturbed = new(ComputeUndisturbedAsync);

    /// <summary>Digests of scores, mask, order, models and metrics of the same run in one process that nothing disturbs, computed once.</summary>
    public static Task<IReadOnlyDictionary<string, string>> UndisturbedDigestsAsync => Undisturbed.Value;

    /// <summary>Puts the run file and its data into a folder.</summary>
    /// <param name="documents">Documents of the corpus.</param>
    /// <param name="shards">Units that it is cut into.</param>
    public static Workplace Prepare(int documents = 600, int shards = 6)
    {
        var place = new Workplace();
        (string Name, int Lines)[] files = [("corpus.jsonl", documents), ("corpus_labels.jsonl", documents), ("queries_toxic.jsonl", 12), ("queries_nontoxic.jsonl", 12), ("prompts_eval.jsonl", 16), ("valid.jsonl", 20), ("lambada_like.jsonl", 20), ("tokenizer.json", int.MaxValue)];
        foreach (var (name, lines) in files)
        {
            place.Write(Path.Combine("data", name), string.Join('\n', File.ReadLines(Path.Combine(Workplace.Checkout, "deploy/quickstart/data", name)).Take(lines)) + "\n");
        }

        return place.Write(FileName, Text.Replace("shards: 6", $"shards: {shards}", StringComparison.Ordinal));
    }

    /// <summary>The command that brings the run to the end of a stage.</summary>
    public static string[] Command(Stage until) => ["run", FileName, "--until", StageNames.Of(until)];

    /// <remarks>It takes a minute of a whole core: what one build computed is kept for its next test.</remarks>
    private static async Task<IReadOnlyDictionary<string, string>> ComputeUndisturbedAsync()
    {
        var kept = Path.Combine(Path.GetTempPath(), $"ifguide-undisturbed-{Key()}.json");
        if (File.Exists(kept))
        {
            return JsonSerializer.Deserialize<SortedDictionary<string, string>>(await File.ReadAllTextAsync(kept))!;
        }

        using var place = Prepare();
        (await Ifguide.RunProcessAsync(place.Folder, "run", FileName, "--quiet", "--threads", "1")).Expect(0);
        var digests = await Results.DigestsAsync(place, Name);
        await File.WriteAllTextAsync(place["digests"], JsonSerializer.Serialize(digests));
        File.Move(place["digests"], kept, overwrite: true);
        return digests;
    }

    /// <summary>Everything that the bytes follow from: the run, its data, and the assemblies that compute.</summary>
    private static string Key()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Text));
        string[] floors = ["Abstractions", "Numerics", "Storage", "Pipeline", "Grains"];
        var data = Directory.EnumerateFiles(Path.Combine(Workplace.Checkout, "deploy/quickstart/data")).Order(StringComparer.Ordinal);
        foreach (var file in floors.Select(floor => Path.Combine(AppContext.BaseDirectory, $"IfGuide.{floor}.dll")).Concat(data))
        {
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
