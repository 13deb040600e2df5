using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Benchmarks;

/// <summary>Tokens per second of a tokenizer over the documents of a jsonl file, on one core and on all.</summary>
internal static class TokenizerBenchmark
{
    public static Command Command()
    {
        var tokenizer = new Argument<string>("TOKENIZER") { Description = "A tokenizer.json" };
        var corpus = new Argument<string>("CORPUS") { Description = "A jsonl file with a text in each line" };
        var command = new Command("tokenizer", "Measures a tokenizer, in tokens per second.") { tokenizer, corpus };
        command.SetAction(result => Measure(TokenizerFile.Load(result.GetValue(tokenizer)!), [.. File.ReadLines(result.GetValue(corpus)!).Select(Text)]));
        return command;
    }

    private static int Measure(TokenizerFile tokenizer, string[] documents)
    {
        Print("first pass, one core", documents, texts => texts.Sum(text => (long)tokenizer.Encode(text).Length));
        Print("one core", documents, texts => texts.Sum(text => (long)tokenizer.Encode(text).Length));
        Print($"{Environment.ProcessorCount} cores", documents, texts => texts.AsParallel().Sum(text => (long)tokenizer.Encode(text).Length));
        return 0;
    }

    private static void Print(string what, string[] documents, Func<string[], long> encode)
    {
        var watch = Stopwatch.StartNew();
        var tokens = encode(documents);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {tokens:N0} tokens of {documents.Length:N0} documents, {tokens / watch.Elapsed.TotalSeconds / 1e6:0.00}M tokens/s"));
    }

    private static string Text(string line)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("text").GetString()!;
    }
}
