using System.Text;
using IfGuide.EndToEnd.Harness;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Safetensors;

namespace IfGuide.EndToEnd.Runs;

/// <summary>Every format of scores and masks says the same.</summary>
public sealed class ExportTests : SelectedRun
{
    [Fact]
    public async Task ScoresAndMasks_AreTheSameInEveryFormat()
    {
        await ExportAsync("scores", "s.npy");
        await ExportAsync("scores", "s.safetensors", "safetensors");
        await ExportAsync("scores", "s.parquet", "parquet");
        await ExportAsync("mask", "m.npy");
        await ExportAsync("mask", "m.safetensors", "safetensors");
        await ExportAsync("mask", "w.npy", "weights");
        await ExportAsync("mask", "m.jsonl", "jsonl");
        using var scores = NpyFile.Open(Place["s.npy"]);
        using var mask = NpyFile.Open(Place["m.npy"]);
        using var weights = NpyFile.Open(Place["w.npy"]);
        using var scoreTensors = SafetensorsFile.Open(Place["s.safetensors"]);
        using var maskTensors = SafetensorsFile.Open(Place["m.safetensors"]);
        var allScores = scores.RowSpan<float>(0, scores.Rows).ToArray();
        var allMask = mask.RowSpan<bool>(0, mask.Rows).ToArray();
        Assert.Contains(true, allMask);
        Assert.Equal([scores.Rows, scores.RowLength], scoreTensors.Entry("scores").Shape);
        Assert.Equal(allScores, scoreTensors.Span<float>("scores").ToArray());
        Assert.Equal(allMask, maskTensors.Span<bool>("mask").ToArray());
        Assert.Equal(allMask.Select(selected => selected ? -1f : 1f), weights.RowSpan<float>(0, weights.Rows).ToArray()); // penalty with lambda 1

        var documents = Texts(Place["data/corpus.jsonl"]);
        var rows = await ScoreRow.ReadAsync(Place["s.parquet"]);
        Assert.Equal(allScores.Take(rows.Count), rows.Select(row => row.Score)); // concatenated documents are the corpus from its start on
        foreach (var row in rows.Where(row => row.Text is { Length: > 0 } text && text.All(char.IsAscii)))
        {
            Assert.Equal(row.Text, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(documents[row.Document]).AsSpan((int)row.Offset!.Value, row.Text!.Length)));
        }

        // Each suppressed token's text lies in one of its document's exported ranges, and nothing else does.
        var spans = Spans("m.jsonl");
        for (var token = 0; token < rows.Count; token++)
        {
            var (document, offset, text) = (rows[token].Document, (int)rows[token].Offset!.Value, rows[token].Text!);
            var inside = spans.GetValueOrDefault(document, []).Any(span => offset >= span.Start && offset + text.Length <= span.End);
            Assert.True(text.Length == 0 || inside == allMask[token], $"token {token} '{text}' of {document}");
        }
    }
}
