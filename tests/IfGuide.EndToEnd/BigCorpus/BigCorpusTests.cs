using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.BigCorpus;

public sealed class BigCorpusTests
{
    private const long Text = 104_000_000;

    /// <summary>About twice what the preparation needs, with 2 to 64 processors.</summary>
    private const long Heap = 128 << 20;

    /// <summary>A corpus whose text alone, as .NET's strings, is half as much again as the managed memory that the process may take; its token ids are more than that memory, too.</summary>
    [Fact]
    public async Task Preparation_OfACorpusLargerThanMemory_Streams()
    {
        using var place = new Workplace();
        var result = await BigCorpusRun.MeasureAsync(place, Text, group: null, Heap);
        Assert.InRange(result.Bytes, Text, Text + 100_000);
        Assert.True(result.Tokens * sizeof(int) > Heap, $"{result.Tokens} tokens do not fill the memory.");
        Assert.InRange(result.PeakMebibytes, 1, 500);
    }

    [Fact]
    public void Generator_GivesTheSameBytes()
    {
        using var place = new Workplace();
        Assert.Equal(GeneratedCorpus.Write(place["a.jsonl"], 300_000, 5), GeneratedCorpus.Write(place["b.jsonl"], 300_000, 5));
        Assert.Equal(File.ReadAllBytes(place["a.jsonl"]), File.ReadAllBytes(place["b.jsonl"]));
    }
}
