namespace IfGuide.Numerics.Selection;

/// <summary>Receives consecutive whole rows of scores.</summary>
/// <param name="firstRow">Index, within the shard, of the first row of this block.</param>
/// <param name="scores">Whole rows, row after row.</param>
/// <param name="labelled">One entry per score: whether the position carries a label. Empty: every position does.</param>
public delegate void ScoreBlock(long firstRow, ReadOnlySpan<float> scores, ReadOnlySpan<bool> labelled);

/// <summary>Token scores of a corpus, cut into shards of whole sequences, readable as often as needed.</summary>
/// <remarks>The selection reads every shard three times and never asks for more than one block at once.</remarks>
public interface IScoreShards
{
    /// <summary>Number of shards; the corpus is their concatenation.</summary>
    int Count { get; }

    /// <summary>Shape of one shard.</summary>
    /// <param name="shard">Index of the shard.</param>
    ScoreShape Shape(int shard);

    /// <summary>Hands the wanted rows to <paramref name="block"/>, in order, in blocks of whole rows of the implementer's choice.</summary>
    /// <param name="shard">Index of the shard.</param>
    /// <param name="firstRow">First row wanted.</param>
    /// <param name="rows">Number of rows wanted.</param>
    /// <param name="block">Called once or more; its spans are valid during the call only.</param>
    void Read(int shard, long firstRow, long rows, ScoreBlock block);
}

/// <summary>Shape of one shard of scores.</summary>
/// <param name="Sequences">Rows.</param>
/// <param name="Length">Tokens in a row.</param>
public readonly record struct ScoreShape(long Sequences, int Length);
