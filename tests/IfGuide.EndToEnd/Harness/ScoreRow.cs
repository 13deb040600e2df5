using Parquet;

namespace IfGuide.EndToEnd.Harness;

/// <summary>A row of the table that scores are exported to.</summary>
internal sealed record ScoreRow(string Document, int Token, string? Text, long? Offset, float Score)
{
    /// <summary>The whole table.</summary>
    public static async Task<List<ScoreRow>> ReadAsync(string path)
    {
        var rows = new List<ScoreRow>();
        await using var reader = await ParquetReader.CreateAsync(path, cancellationToken: TestContext.Current.CancellationToken);
        var fields = reader.Schema.GetDataFields();
        Assert.Equal(["document", "token", "text", "offset", "score"], fields.Select(field => field.Name));
        for (var index = 0; index < reader.RowGroupCount; index++)
        {
            using var group = reader.OpenRowGroupReader(index);
            var count = (int)group.RowCount;
            var (documents, texts, tokens, offsets, scores) = (new string?[count], new string?[count], new int[count], new long?[count], new float[count]);
            await group.ReadAsync(fields[0], documents.AsMemory());
            await group.ReadAsync<int>(fields[1], tokens.AsMemory());
            await group.ReadAsync(fields[2], texts.AsMemory());
            await group.ReadAsync<long>(fields[3], offsets.AsMemory());
            await group.ReadAsync<float>(fields[4], scores.AsMemory());
            rows.AddRange(Enumerable.Range(0, count).Select(row => new ScoreRow(documents[row]!, tokens[row], texts[row], offsets[row], scores[row])));
        }

        return rows;
    }
}
