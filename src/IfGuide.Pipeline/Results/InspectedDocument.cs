namespace IfGuide.Pipeline.Results;

/// <summary>A document, or a part of one, with the score of each token.</summary>
public sealed record InspectedDocument
{
    /// <summary>Its id; <c>sequence 12</c> where the corpus has no documents.</summary>
    public required string Id { get; init; }

    /// <summary>Where it comes from; null: unknown.</summary>
    public string? Source { get; init; }

    /// <summary>Its tokens, in order.</summary>
    public required IReadOnlyList<InspectedToken> Tokens { get; init; }

    /// <summary>Tokens left out before the first.</summary>
    public int Before { get; init; }

    /// <summary>Tokens left out after the last.</summary>
    public int After { get; init; }

    /// <summary>Tokens that are suppressed.</summary>
    public int SuppressedTokens => Tokens.Count(token => token.Suppressed);

    /// <summary>The highest score.</summary>
    public float HighestScore => Tokens.Max(token => token.Score);
}
