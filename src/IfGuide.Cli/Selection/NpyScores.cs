using IfGuide.Abstractions;
using IfGuide.Numerics.Selection;
using IfGuide.Storage.Npy;

namespace IfGuide.Cli.Selection;

/// <summary>A score matrix in one .npy file, read in blocks of rows: it is never in memory whole.</summary>
internal sealed class NpyScores : IScoreShards
{
    private const int BlockElements = 1 << 20;
    private readonly NpyFile file;
    private readonly ScoreShape shape;

    /// <param name="file">Floats, sequences × tokens.</param>
    /// <exception cref="UserErrorException">The file has another shape.</exception>
    public NpyScores(NpyFile file)
    {
        this.file = file;
        shape = file.Shape is [> 0 and var sequences, > 0 and <= int.MaxValue and var length]
            ? new ScoreShape(sequences, (int)length)
            : throw new UserErrorException($"'{file.Path}' has the shape ({string.Join(", ", file.Shape)}); expected scores as sequences × tokens, both above 0.");
    }

    public int Count => 1;

    public ScoreShape Shape(int shard) => shape;

    public void Read(int shard, long firstRow, long rows, ScoreBlock block)
    {
        var rowsPerBlock = Math.Max(1, BlockElements / shape.Length);
        var buffer = new float[Math.Min(rows, rowsPerBlock) * shape.Length];
        for (var row = firstRow; row < firstRow + rows; row += rowsPerBlock)
        {
            var scores = buffer.AsSpan(0, (int)Math.Min(rowsPerBlock, firstRow + rows - row) * shape.Length);
            file.ReadFloats(row, scores);
            block(row, scores, []);
        }
    }
}
