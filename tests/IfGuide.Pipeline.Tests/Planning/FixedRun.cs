using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Planning;

namespace IfGuide.Pipeline.Tests.Planning;

/// <summary>A run whose inputs are only named, so that its keys depend on nothing but the code.</summary>
internal static class FixedRun
{
    public static (RunSpec Specification, PreparedInputs Inputs) Create()
    {
        var specification = new RunSpec
        {
            Run = RunId.Parse("fixed"),
            Proxy = new ModelSpec { Architecture = new ArchitectureSpec() },
            Target = new ModelSpec { Architecture = new ArchitectureSpec() },
            Corpus = new CorpusSpec { Path = "/corpus.jsonl" },
            Queries = new QueriesSpec { Toxic = new QuerySetSpec { Path = "/toxic.jsonl" }, Nontoxic = new QuerySetSpec { Path = "/nontoxic.jsonl" } },
            Evaluation = new EvaluationSpec { Prompts = "/prompts.jsonl", Compare = ["base", "suppressed", "document-filter", "random", "rad", "dpo", "suppressed-rad"] },
        };
        var model = new PreparedModel { Key = "model-key", Configuration = "prepare/model-key/config.json", InputGroups = ["group-a", "group-b"] };
        var inputs = new PreparedInputs
        {
            CorpusKey = "corpus-key",
            ShardSequences = [3, 2],
            SequenceLength = 8,
            AttendedTokens = 40,
            Documents = 5,
            Proxy = model,
            Target = model,
            Toxic = Queries("toxic"),
            Nontoxic = Queries("nontoxic"),
            Tokenizer = "prepare/tokenizer-key/tokenizer.json",
            Prompts = "prepare/prompts-key/prompts.jsonl",
        };
        return (specification, inputs);
    }

    private static PreparedQueries Queries(string name) => new() { Key = $"{name}-key", Artifact = $"prepare/{name}-key/queries.safetensors", Sequences = 2, LossTokens = 4 };
}
