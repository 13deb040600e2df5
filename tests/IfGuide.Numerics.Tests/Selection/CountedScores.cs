using IfGuide.Numerics.Selection;

namespace IfGuide.Numerics.Tests.Selection;

/// <summary>Counts the rows that are read.</summary>
internal sealed class CountedScores(IScoreShards shards) : IScoreShards
{
    public long RowsRead { get; private set; }

    public int Count => shards.Count;

    public ScoreShape Shape(int shard) => shards.Shape(shard);

    public void Read(int shard, long firstRow, long rows, ScoreBlock block)
    {
        RowsRead += rows;
        shards.Read(shard, firstRow, rows, block);
    }
}
