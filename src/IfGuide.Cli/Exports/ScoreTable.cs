using IfGuide.Pipeline.Results;
using Parquet;
using Parquet.Schema;

namespace IfGuide.Cli.Exports;

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
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(Document, Token, Text, Offset, Score), stream, cancellationToken: cancellationToken);
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

    private static async Task WriteGroupAsync(ParquetWriter writer, List<(string Document, ScoredToken Token)> rows, CancellationToken cancellationToken)
    {
        using var group = writer.CreateRowGroup();
        await group.WriteAsync(Document, rows.ConvertAll(row => row.Document));
        await group.WriteAsync<int>(Token, rows.Select(row => row.Token.Token).ToArray(), cancellationToken: cancellationToken);
        await group.WriteAsync(Text, rows.ConvertAll(row => row.Token.Text!));
        await group.WriteAsync<long>(Offset, rows.Select(row => row.Token.Offset).ToArray(), cancellationToken: cancellationToken);
        await group.WriteAsync<float>(Score, rows.Select(row => row.Token.Score).ToArray(), cancellationToken: cancellationToken);
        group.CompleteValidate();
        rows.Clear();
    }
}
