using IfGuide.Abstractions.Specification;

namespace IfGuide.Pipeline.Planning;

/// <summary>Store names of what a run computes for one behaviour.</summary>
/// <remarks>They depend on that behaviour's queries and parameters alone: what another run, or this one before it knew the others, scored and selected for it is found again.</remarks>
public sealed class BehaviourNames
{
    internal BehaviourNames(PreparedBehaviour behaviour, SelectionSpec parameters, string directionKey, string scoreKey)
    {
        Queries = behaviour;
        Parameters = parameters;
        DirectionKey = directionKey;
        ScoreKey = scoreKey;
        SelectionKey = ContentKey.Of("select/1", scoreKey, parameters);
    }

    /// <summary>The behaviour's name; null: the run's only one, unnamed.</summary>
    public string? Name => Queries.Name;

    /// <summary>Its query sets.</summary>
    public PreparedBehaviour Queries { get; }

    /// <summary>How its tokens are selected.</summary>
    public SelectionSpec Parameters { get; }

    internal string DirectionKey { get; }

    internal string ScoreKey { get; }

    internal string SelectionKey { get; }

    /// <summary>Preconditioned query gradients of one input group's layers.</summary>
    /// <param name="group">The input group.</param>
    public string Direction(string group) => $"query/{DirectionKey}/{group}.safetensors";

    /// <summary>Token scores of one shard, npy float32 [sequences, tokens].</summary>
    /// <param name="shard">The shard.</param>
    public string Scores(int shard) => $"score/{ScoreKey}/shard-{shard:D5}.npy";

    /// <summary>Mask of one shard, npy bool [sequences, tokens].</summary>
    /// <param name="shard">The shard.</param>
    public string Mask(int shard) => $"select/{SelectionKey}/mask-{shard:D5}.npy";

    /// <summary>Sequences by descending rank score, npy int64.</summary>
    public string Order => $"select/{SelectionKey}/order.npy";

    /// <summary>Summary of the selection; written last.</summary>
    public string Selection => $"select/{SelectionKey}/selection.msgpack";
}
