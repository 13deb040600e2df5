using System.Diagnostics;
using System.Globalization;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.BigCorpus;

/// <summary>What the preparation of a generated corpus took.</summary>
internal sealed record BigCorpusResult(long Bytes, long FileBytes, long Documents, long Tokens, double Seconds, double PeakMebibytes, double? GroupMebibytes, long StoreBytes);

/// <summary>Generates a corpus, half of it in a compressed file, and prepares it with the real program under a memory limit.</summary>
internal static class BigCorpusRun
{
    private const double Mebi = 1 << 20;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var sizes = arguments.Length == 0 ? [1.0, 2.0] : arguments.Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        Console.WriteLine("| text, bytes | files, bytes | documents | tokens | seconds | tokens/s | peak resident, MiB | peak of the group with page cache, MiB | store, bytes |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var size in sizes)
        {
            using var place = new Workplace();
            using var group = MemoryGroup.Create(2L << 30);
            var result = await MeasureAsync(place, (long)(size * 1e9), group);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {result.Bytes:N0} | {result.FileBytes:N0} | {result.Documents:N0} | {result.Tokens:N0} | {result.Seconds:0.0} | {result.Tokens / result.Seconds:N0} | {result.PeakMebibytes:0} | {result.GroupMebibytes:0} | {result.StoreBytes:N0} |"));
        }

        return 0;
    }

    /// <summary>Prepares a corpus of this many bytes of JSON lines.</summary>
    /// <param name="place">Where files and store lie.</param>
    /// <param name="bytes">Bytes before compression.</param>
    /// <param name="group">Limits the process; null: it is limited by <paramref name="heapBytes"/> alone.</param>
    /// <param name="heapBytes">Most bytes of managed memory; null: the runtime's choice, three quarters of the group's limit.</param>
    public static async Task<BigCorpusResult> MeasureAsync(Workplace place, long bytes, MemoryGroup? group, long? heapBytes = null)
    {
        Directory.CreateDirectory(place["corpus"]);
        var plain = GeneratedCorpus.Write(place["corpus/a.jsonl"], bytes / 2, 1);
        var compressed = GeneratedCorpus.Write(place["corpus/b.jsonl.zst"], bytes / 2, 2);
        var data = Path.Combine(Workplace.Checkout, "deploy/quickstart/data");
        place.Write("big.yaml", $$"""
            run: big
            proxy: { architecture: { model_type: gpt_neox, hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 64 } }
            tokenizer: {{data}}/tokenizer.json
            corpus: { path: ./corpus, block: 1024 }
            queries: { toxic: {{data}}/queries_toxic.jsonl, nontoxic: {{data}}/queries_nontoxic.jsonl }
            """);
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"{(group is null ? string.Empty : $"echo $$ > {group.Processes} && ")}exec {Ifguide.Program} run big.yaml --until prepare --store file:./store --quiet"])
        {
            WorkingDirectory = place.Folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        if (heapBytes is { } limit)
        {
            start.Environment["DOTNET_GCHeapHardLimit"] = limit.ToString("x", CultureInfo.InvariantCulture);
            start.Environment["DOTNET_GCgen0size"] = "1000000"; // else as large as the processor's cache, of which some have hundreds of MiB
        }

        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var peak = 0.0;
        while (!process.WaitForExit(TimeSpan.FromMilliseconds(200)))
        {
            peak = Math.Max(peak, PeakResident(process.Id));
        }

        var said = await error + await output;
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The preparation ended with {process.ExitCode}: {said}");
        }

        var shards = Directory.EnumerateFiles(place["store"], "shard-*.safetensors", SearchOption.AllDirectories).Where(path => path.Contains("artifacts", StringComparison.Ordinal));
        return new BigCorpusResult(
            plain.Bytes + compressed.Bytes,
            Size(place["corpus"]),
            plain.Documents + compressed.Documents,
            shards.Sum(path => new FileInfo(path).Length) / sizeof(int),
            clock.Elapsed.TotalSeconds,
            peak,
            group?.Peak / Mebi,
            Size(place["store"]));
    }

    private static long Size(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(path => new FileInfo(path).Length);

    /// <summary>The largest resident size that the kernel has noted, in MiB; 0 when the process has ended.</summary>
    private static double PeakResident(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line["VmHWM:".Length..^"kB".Length], CultureInfo.InvariantCulture) / 1024.0;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
