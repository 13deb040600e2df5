using IfGuide.Numerics.Selection;

namespace IfGuide.Pipeline.Selection;

/// <summary>What a selection chose: its figures, and its masks shard by shard.</summary>
internal interface ISelectionChoice
{
    /// <summary>Scores, or sums of scores, above it make candidates.</summary>
    float Threshold { get; }

    /// <summary>Candidates: tokens, or documents.</summary>
    long Candidates { get; }

    /// <summary>Tokens in the mask.</summary>
    long SelectedTokens { get; }

    /// <summary>Whether the budget ended the selection.</summary>
    bool StoppedOnBudget { get; }

    /// <summary>Sequences by descending rank score.</summary>
    long[] Order { get; }

    /// <summary>Writes the mask of one shard; shards are asked for in order, each once.</summary>
    void Write(int shard, MaskBlock write);
}
