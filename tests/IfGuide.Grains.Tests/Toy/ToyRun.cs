using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Grains.Tests.Toy;

/// <summary>Specifications of runs that the toy method can compute.</summary>
internal static class ToyRun
{
    public static RunSpec Specification(string run = "toy", ulong seed = 1, int shards = 6, int window = 1) => new()
    {
        Run = RunId.Parse(run),
        Seed = seed,
        Shards = shards,
        Proxy = new ModelSpec { Path = "/nowhere/proxy" },
        Corpus = new CorpusSpec { Path = "/nowhere/corpus.jsonl" },
        Queries = new QueriesSpec { Toxic = new QuerySetSpec { Path = "/nowhere/toxic.jsonl" }, Nontoxic = new QuerySetSpec { Path = "/nowhere/nontoxic.jsonl" } },
        Selection = new SelectionSpec { Window = window },
    };
}
