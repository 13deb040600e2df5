using IfGuide.Numerics.Selection;

namespace IfGuide.Numerics.Tests.Selection;

/// <summary>Scores in memory, cut into shards and blocks at will.</summary>
internal sealed class ArrayScores(float[] scores, int length, int shardCount = 1, int rowsPerBlock = 3, bool[]? labelled = null) : IScoreShards
{
    private readonly long rows = length == 0 ? 0 : scores.Length / length;

    public int Count => shardCount;

    public ScoreShape Shape(int shard) => new(First(shard + 1) - First(shard), length);

    public void Read(int shard, long firstRow, long rows, ScoreBlock block)
    {
        for (long row = 0; row < rows; row += rowsPerBlock)
        {
            var taken = (int)Math.Min(rowsPerBlock, rows - row);
            var start = (int)((First(shard) + firstRow + row) * length);
            block(firstRow + row, scores.AsSpan(start, taken * length), labelled is null ? [] : labelled.AsSpan(start, taken * length));
        }
    }

    private long First(int shard) => rows * shard / shardCount;
}
