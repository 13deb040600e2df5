namespace IfGuide.Storage.Tokenizers;

/// <summary>What a tokenizer.json says, checked.</summary>
internal sealed record TokenizerDefinition
{
    /// <summary>Token to id, in the byte alphabet.</summary>
    public required IReadOnlyDictionary<string, int> Vocabulary { get; init; }

    /// <summary>Pairs to merge, by rank.</summary>
    public required IReadOnlyList<(string Left, string Right)> Merges { get; init; }

    /// <summary>Tokens that are found in the text before it is split.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>The expression that splits text into words.</summary>
    public required string WordPattern { get; init; }

    /// <summary>Whether text is brought to normalisation form C first.</summary>
    public required bool NormalisesToFormC { get; init; }

    /// <summary>Whether a word that is a token stays whole, whatever the merges say (Llama 3).</summary>
    public required bool IgnoresMerges { get; init; }
}
