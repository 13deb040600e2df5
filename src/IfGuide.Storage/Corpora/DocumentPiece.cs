using MessagePack;

namespace IfGuide.Storage.Corpora;

/// <summary>A document's tokens within one shard. A document that crosses a shard's end has one such piece in each shard.</summary>
[MessagePackObject]
public sealed record DocumentPiece
{
    /// <summary>The document's id.</summary>
    [Key(0)] public required string Id { get; init; }

    /// <summary>The document's source.</summary>
    [Key(1)] public required string Source { get; init; }

    /// <summary>First token within the shard: sequence × length + position.</summary>
    [Key(2)] public required long FirstToken { get; init; }

    /// <summary>Tokens of this piece, with the closing end-of-text token where it is here.</summary>
    [Key(3)] public required long TokenCount { get; init; }

    /// <summary>Tokens of the document in earlier shards.</summary>
    [Key(4)] public required long TokenOffset { get; init; }

    /// <summary>Whether the last token of this piece is the end-of-text token that closes the document.</summary>
    [Key(5)] public required bool Closed { get; init; }

    /// <summary>Whether the document continues in the next shard.</summary>
    [Key(6)] public required bool Continues { get; init; }
}
