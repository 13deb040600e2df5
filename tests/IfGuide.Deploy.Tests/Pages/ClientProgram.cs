using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Client;
using IfGuide.Pipeline.Results;
using IfGuide.Pipeline.Results.Exports;
using IfGuide.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace IfGuide.Deploy.Tests.Pages;

/// <summary>The program that the client's page shows; <see cref="SnippetTests"/> holds the two to each other.</summary>
internal static class ClientProgram
{
    public static async Task RunAsync(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddIfGuideClient("redis://127.0.0.1:6379");
        using var host = builder.Build();
        await host.StartAsync();

        var queries = new QueriesSpec
        {
            Toxic = new QuerySetSpec { Path = "/shared/toxic.jsonl" },
            Nontoxic = new QuerySetSpec { Path = "/shared/nontoxic.jsonl" },
        };
        var specification = new RunSpec
        {
            Run = RunId.Parse("my-corpus"),
            Proxy = new ModelSpec { Path = "/shared/pythia-160m" },
            Corpus = new CorpusSpec { Path = "/shared/corpus/*.jsonl.zst" },
            Queries = queries,
        };

        var client = host.Services.GetRequiredService<IIfGuideClient>();
        var run = await client.SubmitAsync(specification);
        await foreach (var happened in run.WatchAsync())
        {
            Console.WriteLine($"{happened.Time:T} {happened.Kind} {happened.Stage?.Stage} {happened.Message}");
        }

        if (await run.StatusAsync() is { State: RunState.Done } done)
        {
            var store = ArtifactStores.Open("file:/shared/ifguide", ".");
            var results = await RunArtifacts.OpenAsync(store, done);
            await results.WriteMaskAsync("w.npy", MaskFormat.Weights);
        }
    }
}
