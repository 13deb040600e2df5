using Parquet;
using Parquet.Schema;

namespace IfGuide.Pipeline.Results.Exports;

/// <summary>Scores as a Parquet table: one row a token, in corpus order.</summary>
internal static class ScoreTable
{
    private const int RowGroup = 1 << 20; // tokens held in memory

    private static readonly DataField Document = new("document", typeof(string), isNullable: false);
    private static readonly DataField Token = new("token", typeof(int));
    private static readonly DataField Text = new("text", typeof(string), isNullable: true);
    private static readonly DataField Offset = new("offset", typeof(long), isNullable: true);
    private static readonly DataField Score = new("score", typeof(float));

    /// <summary>Writes the table.</summary>
    /// <param name="documents">Documents in order; read once.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task WriteAsync(IEnumerable<ScoredDocument> documents, Stream stream, CancellationToken cancellationToken)
    {
        var schema = new ParquetSchema(Document, Token, Text, Offset, Score);
        await using var writer = await ParquetWriter.CreateAsync(schema, stream, cancellationToken: cancellationToken);
        var rows = new List<(string Document, ScoredToken Token)>();
        foreach (var document in documents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows.AddRange(document.Tokens.Select(token => (document.Id, token)));
            if (rows.Count >= RowGroup)
            {
                await WriteGroupAsync(writer, rows, cancellationToken);
            }
        }

        if (rows.Count > 0)
        {
            await WriteGroupAsync(writer, rows, cancellationToken);
        }
    }

    private static async Task WriteGroupAsync(
        ParquetWriter writer, List<(string Document, ScoredToken Token)> rows, CancellationToken cancellationToken)
    {
        var tokens = rows.ConvertAll(row => row.Token);
        int[] places = [.. tokens.Select(token => token.Token)];
        long?[] offsets = [.. tokens.Select(token => token.Offset)];
        float[] scores = [.. tokens.Select(token => token.Score)];
        using var group = writer.CreateRowGroup();
        await group.WriteAsync(Document, rows.ConvertAll(row => row.Document));
        await group.WriteAsync<int>(Token, places, cancellationToken: cancellationToken);
        await group.WriteAsync(Text, tokens.ConvertAll(token => token.Text!));
        await group.WriteAsync<long>(Offset, offsets, cancellationToken: cancellationToken);
        await group.WriteAsync<float>(Score, scores, cancellationToken: cancellationToken);
        group.CompleteValidate();
        rows.Clear();
    }
}
