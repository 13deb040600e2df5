using IfGuide.Abstractions;
using IfGuide.Numerics.Selection;
using IfGuide.Storage.Npy;

namespace IfGuide.Pipeline.Selection;

/// <summary>A score matrix in one .npy file, read in blocks of rows: it is never in memory whole.</summary>
public sealed class NpyScores : IScoreShards
{
    private const int BlockElements = 1 << 20;
    private readonly NpyFile file;
    private readonly ScoreShape shape;

    /// <summary>Takes a score matrix.</summary>
    /// <param name="file">Floats, [sequences, tokens]; the caller keeps it open and disposes it.</param>
    /// <exception cref="UserErrorException">The file has another shape.</exception>
    public NpyScores(NpyFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        this.file = file;
        if (file.Shape is not [> 0 and var sequences, > 0 and <= int.MaxValue and var length])
        {
            var found = string.Join(", ", file.Shape);
            throw new UserErrorException(
                $"'{file.Path}' has the shape ({found}); expected scores as sequences × tokens, both above 0.");
        }

        shape = new ScoreShape(sequences, (int)length);
    }

    /// <inheritdoc/>
    public int Count => 1;

    /// <inheritdoc/>
    public ScoreShape Shape(int shard) => shape;

    /// <inheritdoc/>
    public void Read(int shard, long firstRow, long rows, ScoreBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
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
