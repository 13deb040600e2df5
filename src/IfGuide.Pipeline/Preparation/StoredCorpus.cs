using MessagePack;

namespace IfGuide.Pipeline.Preparation;

/// <summary>What the preparation of a corpus stored.</summary>
[MessagePackObject]
public sealed record StoredCorpus(
    [property: Key(0)] IReadOnlyList<long> ShardSequences,
    [property: Key(1)] int Length,
    [property: Key(2)] long AttendedTokens,
    [property: Key(3)] long Documents,
    [property: Key(4)] IReadOnlyList<string> Warnings);
