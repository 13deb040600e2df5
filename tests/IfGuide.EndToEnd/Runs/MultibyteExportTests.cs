using System.Text;
using IfGuide.EndToEnd.Harness;
using IfGuide.Storage.Npy;
using Parquet;
using Parquet.Schema;

namespace IfGuide.EndToEnd.Runs;

/// <summary>Offsets of a Parquet corpus in which every document has characters of two, three and four bytes.</summary>
public sealed class MultibyteExportTests() : SelectedRun(Prepare())
{
    [Fact]
    public async Task OffsetsAndSpans_LeadBackToTheBytesAndCharactersOfEachDocument()
    {
        await ExportAsync("scores", "s.parquet", "parquet");
        await ExportAsync("mask", "m.npy");
        await ExportAsync("mask", "m.jsonl", "jsonl");
        var texts = Longer(Place["data/corpus.jsonl"]);
        using var mask = NpyFile.Open(Place["m.npy"]);
        var selected = mask.RowSpan<bool>(0, mask.Rows).ToArray();
        Assert.Contains(true, selected);
        var spans = Spans("m.jsonl");

        var (index, ofSeveralBytes, cutCharacters) = (0, 0, 0);
        foreach (var rows in (await ScoreRow.ReadAsync(Place["s.parquet"])).GroupBy(row => row.Document))
        {
            var bytes = Encoding.UTF8.GetBytes(texts[rows.Key]);
            var suppressed = new HashSet<int>();
            foreach (var row in rows)
            {
                if (row.Text is { Length: > 0 } text)
                {
                    // The character that holds the token's first byte is where its text begins.
                    var start = (int)row.Offset!.Value;
                    cutCharacters += IsInside(bytes, start) ? 1 : 0;
                    for (; IsInside(bytes, start); start--)
                    {
                    }

                    Assert.Equal(text, Encoding.UTF8.GetString(bytes.AsSpan(start, Encoding.UTF8.GetByteCount(text))));
                    ofSeveralBytes += text.Any(character => !char.IsAscii(character)) ? 1 : 0;
                    if (selected[index])
                    {
                        var first = CodePoints(bytes.AsSpan(0, start));
                        suppressed.UnionWith(Enumerable.Range(first, CodePoints(Encoding.UTF8.GetBytes(text))));
                    }
                }

                index++;
            }

            var exported = spans.GetValueOrDefault(rows.Key, []).SelectMany(span => Enumerable.Range(span.Start, span.End - span.Start)).Distinct(); // two spans may share a character of which each has tokens
            Assert.Equal(suppressed.Order(), exported.Order());
        }

        Assert.True(ofSeveralBytes > 1000 && cutCharacters > 100, $"{ofSeveralBytes} tokens of several bytes, {cutCharacters} that begin inside a character");
    }

    private static Workplace Prepare()
    {
        var place = TinyRun.Prepare(text => text.Replace("corpus.jsonl", "corpus.parquet", StringComparison.Ordinal).Replace(", labels: ./data/corpus_labels.jsonl", string.Empty, StringComparison.Ordinal));
        WriteAsync(place["data/corpus.parquet"], Longer(place["data/corpus.jsonl"])).GetAwaiter().GetResult();
        return place;
    }

    /// <summary>The texts of the quickstart's documents with every a, o and u of them as a longer character.</summary>
    private static Dictionary<string, string> Longer(string corpus) => Texts(corpus).ToDictionary(
        document => document.Key,
        document => document.Value.Replace("a", "\u00e4", StringComparison.Ordinal).Replace("o", "\u306e", StringComparison.Ordinal).Replace("u", "\U0001f332", StringComparison.Ordinal));

    private static async Task WriteAsync(string path, IReadOnlyDictionary<string, string> texts)
    {
        var (id, text) = (new DataField<string>("id"), new DataField<string>("text"));
        await using var file = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(id, text), file);
        foreach (var part in texts.Chunk(25))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync(id, part.Select(document => document.Key).ToList());
            await group.WriteAsync(text, part.Select(document => document.Value).ToList());
            group.CompleteValidate();
        }
    }

    private static bool IsInside(byte[] bytes, int offset) => (bytes[offset] & 0b1100_0000) == 0b1000_0000;

    private static int CodePoints(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        foreach (var value in bytes)
        {
            count += (value & 0b1100_0000) == 0b1000_0000 ? 0 : 1;
        }

        return count;
    }
}
