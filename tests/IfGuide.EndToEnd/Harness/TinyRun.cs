namespace IfGuide.EndToEnd.Harness;

/// <summary>A run of the whole method that takes seconds: the first documents of the quickstart's corpus and a very small model.</summary>
internal static class TinyRun
{
    public const string FileName = "tiny.yaml";

    /// <summary>The training of the target, in the run file.</summary>
    public const string TargetTraining = "training: { epochs: 2, batch_size: 8, micro_batch_size: 8, learning_rate: 3e-3, checkpoint_every: 5 }\nevaluation";

    /// <summary>Puts the run file and its data into a folder.</summary>
    public static Workplace Prepare(Func<string, string>? edit = null, int documents = 160)
    {
        var place = new Workplace();
        Take(place, "corpus.jsonl", documents);
        Take(place, "corpus_labels.jsonl", documents);
        Take(place, "queries_toxic.jsonl", 12);
        Take(place, "queries_nontoxic.jsonl", 12);
        Take(place, "prompts_eval.jsonl", 8);
        Take(place, "valid.jsonl", 10);
        Take(place, "lambada_like.jsonl", 10);
        Take(place, "tokenizer.json", int.MaxValue);
        place.Write(FileName, (edit ?? (text => text))(Text));
        return place;
    }

    /// <summary>The run file.</summary>
    public const string Text = """
        run: tiny
        seed: 7
        proxy:
          architecture: { hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 64 }
          training: { epochs: 2, batch_size: 8, micro_batch_size: 8, learning_rate: 3e-3, checkpoint_every: 5 }
        tokenizer: ./data/tokenizer.json
        corpus: { path: ./data/corpus.jsonl, block: 64 }
        queries: { toxic: ./data/queries_toxic.jsonl, nontoxic: ./data/queries_nontoxic.jsonl, max_length: 64 }
        selection: { quantile: 0.98, window: 1, budget: 3% }
        target:
          architecture: { hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 64 }
        training: { epochs: 2, batch_size: 8, micro_batch_size: 8, learning_rate: 3e-3, checkpoint_every: 5 }
        evaluation: { prompts: ./data/prompts_eval.jsonl, samples: 2, max_new_tokens: 6, perplexity: ./data/valid.jsonl, last_word: ./data/lambada_like.jsonl, labels: ./data/corpus_labels.jsonl }
        shards: 4

        """;

    private static void Take(Workplace place, string name, int lines) =>
        place.Write(Path.Combine("data", name), string.Join('\n', File.ReadLines(Path.Combine(Workplace.Checkout, "deploy/quickstart/data", name)).Take(lines)) + "\n");
}
