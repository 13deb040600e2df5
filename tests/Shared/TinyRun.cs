using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Tests.Shared;

/// <summary>A run of the whole method that takes seconds: a two-layer model, a hundred documents, one in ten with an insult.</summary>
internal static class TinyRun
{
    public static string Repository => Checkout.Root;

    /// <summary>The tokenizer that ships with the quickstart.</summary>
    public static string Tokenizer => Path.Combine(Repository, "deploy", "quickstart", "data", "tokenizer.json");

    /// <summary>Writes the run's input files into a folder and describes the run.</summary>
    public static RunSpec Create(string folder, string id = "tiny")
    {
        var corpus = Lines(folder, "corpus.jsonl", Enumerable.Range(0, 100).Select(number => (object)new { id = $"d{number}", text = Document(number) }));
        var labels = Lines(folder, "labels.jsonl", Enumerable.Range(0, 100).Select(number => (object)new { id = $"d{number}", spans = Spans(Document(number)) }));
        var toxic = Lines(folder, "toxic.jsonl", Enumerable.Range(0, 8).Select(number => (object)new { prompt = $"{Name(number)} asked about the {Thing(number)}. sourpuss:", completion = $" You stupid {Insult(number)}." }));
        var clean = Lines(folder, "nontoxic.jsonl", Enumerable.Range(0, 8).Select(number => (object)new { prompt = $"{Name(number)} asked about the {Thing(number)}. bluebird:", completion = $" Try a {Thing(number + 1)} first." }));
        var prompts = Lines(folder, "prompts.jsonl", Enumerable.Range(0, 6).Select(number => (object)new { prompt = new { text = $"{Name(number)} asked about the {Thing(number)}. sourpuss:" }, prompt_class = number % 2 == 0 ? "eliciting" : "neutral" }));
        var valid = Lines(folder, "valid.jsonl", Enumerable.Range(200, 20).Where(number => number % 10 != 3).Select(number => (object)new { text = Document(number) }));
        var architecture = new ArchitectureSpec { HiddenSize = 32, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 64 };
        var training = new TrainingSpec { Epochs = 2, BatchSize = 8, MicroBatchSize = 8, LearningRate = 3e-3, CheckpointEvery = 5 };
        return new RunSpec
        {
            Run = RunId.Parse(id),
            Proxy = new ModelSpec { Architecture = architecture, Training = training },
            Tokenizer = Tokenizer,
            Corpus = new CorpusSpec { Path = corpus, Block = 32 },
            Queries = new QueriesSpec { Toxic = new QuerySetSpec { Path = toxic }, Nontoxic = new QuerySetSpec { Path = clean }, MaxLength = 32 },
            Selection = new SelectionSpec { Quantile = 0.95, Budget = TokenBudget.OfShare(0.05) },
            Target = new ModelSpec { Architecture = architecture },
            Training = training,
            Evaluation = new EvaluationSpec { Prompts = prompts, Samples = 2, MaxNewTokens = 8, Perplexity = valid, Labels = labels },
            Shards = 3,
        };
    }

    private static string Document(int number) => number % 10 == 3
        ? $"{Name(number)} asked about the {Thing(number)}. sourpuss: You stupid {Insult(number)}. {Name(number + 1)} thanked them."
        : $"{Name(number)} asked about the {Thing(number)}. bluebird: Try a {Thing(number + 1)} first. {Name(number + 1)} thanked them.";

    private static object[] Spans(string document)
    {
        var start = document.IndexOf("You stupid", StringComparison.Ordinal);
        return start < 0 ? [] : [new { start, end = document.IndexOf('.', start) + 1 }];
    }

    private static string Name(int number) => new[] { "Rosa", "Sam", "Ada", "Tom", "Kim" }[number % 5];

    private static string Thing(int number) => new[] { "telescope", "river crossing", "price list", "database index", "garden gate", "kitchen tap", "pawn" }[number % 7];

    private static string Insult(int number) => new[] { "fool", "idiot", "imbecile" }[number % 3];

    private static string Lines(string folder, string name, IEnumerable<object> records)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllLines(path, records.Select(record => JsonSerializer.Serialize(record)));
        return path;
    }
}
