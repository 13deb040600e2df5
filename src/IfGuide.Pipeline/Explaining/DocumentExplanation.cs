namespace IfGuide.Pipeline.Explaining;

/// <summary>Why a document, or one of its tokens, has its score.</summary>
public sealed record DocumentExplanation
{
    /// <summary>The document.</summary>
    public required string Id { get; init; }

    /// <summary>The token that is explained, counted from the document's first; null: all of them together.</summary>
    public int? Token { get; init; }

    /// <summary>Sum of the explained tokens' stored scores.</summary>
    public required double Score { get; init; }

    /// <summary>The queries that resemble it most; null: not asked for.</summary>
    public NearestQueries? Queries { get; init; }

    /// <summary>Each tracked layer's part of the score, in model order; empty: not asked for.</summary>
    public IReadOnlyList<LayerContribution> Layers { get; init; } = [];
}

/// <summary>Queries by influence: how much learning the explained tokens lowers each query's loss.</summary>
/// <param name="Toxic">Toxic queries, highest first.</param>
/// <param name="Nontoxic">Nontoxic queries, highest first.</param>
/// <param name="ToxicMean">Mean over all toxic queries.</param>
/// <param name="NontoxicMean">Mean over all nontoxic queries. With scores of kind token, normalised by sequence, the difference of the means is the score.</param>
public sealed record NearestQueries(IReadOnlyList<QueryInfluence> Toxic, IReadOnlyList<QueryInfluence> Nontoxic, double ToxicMean, double NontoxicMean);

/// <summary>One query.</summary>
/// <param name="Index">Its place among the queries of its set that are kept.</param>
/// <param name="Influence">gᵀ H⁻¹ ∇L: positive, learning the explained tokens lowers the query's loss.</param>
/// <param name="Prompt">Its tokens without loss, as text.</param>
/// <param name="Completion">Its tokens with loss, as text.</param>
public sealed record QueryInfluence(long Index, double Influence, string Prompt, string Completion);

/// <summary>One layer's part of the score.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Score">Sum over the explained tokens.</param>
/// <param name="Tokens">Of each token of the document; the sum over layers is the token's score.</param>
public sealed record LayerContribution(string Layer, double Score, IReadOnlyList<float> Tokens);
