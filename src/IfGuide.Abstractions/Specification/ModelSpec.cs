namespace IfGuide.Abstractions.Specification;

/// <summary>A model: an existing Hugging Face folder, or an architecture that is trained from scratch. Exactly one of the two is set.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.ModelSpec")]
public sealed record ModelSpec
{
    /// <summary>Absolute path of a Hugging Face folder (config.json, model.safetensors or an index with shards).</summary>
    [Id(0)] public string? Path { get; init; }

    /// <summary>The architecture to initialise from the seed.</summary>
    [Id(1)] public ArchitectureSpec? Architecture { get; init; }

    /// <summary>Training of a proxy from scratch; unused for a model with a path and for the target, whose training stands in the run.</summary>
    [Id(2)] public TrainingSpec? Training { get; init; }
}

/// <summary>Shape of a model, with the keys of a Hugging Face config.json.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.ArchitectureSpec")]
public sealed record ArchitectureSpec
{
    /// <summary><c>gpt_neox</c>, <c>llama</c>, <c>mistral</c>, <c>qwen2</c> or <c>gpt2</c>.</summary>
    [Id(0)] public string ModelType { get; init; } = "gpt_neox";

    /// <summary>Width of the residual stream.</summary>
    [Id(1)] public int HiddenSize { get; init; } = 128;

    /// <summary>Number of layers.</summary>
    [Id(2)] public int NumHiddenLayers { get; init; } = 4;

    /// <summary>Number of attention heads; divides <see cref="HiddenSize"/>.</summary>
    [Id(3)] public int NumAttentionHeads { get; init; } = 4;

    /// <summary>Number of key and value heads (llama, mistral, qwen2); null: as many as attention heads.</summary>
    [Id(4)] public int? NumKeyValueHeads { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    [Id(5)] public int IntermediateSize { get; init; } = 512;

    /// <summary>Vocabulary size; null: the tokenizer's.</summary>
    [Id(6)] public int? VocabSize { get; init; }

    /// <summary>Share of each head that is rotated (gpt_neox).</summary>
    [Id(7)] public double RotaryPct { get; init; } = 0.25;

    /// <summary>Base of the rotary frequencies.</summary>
    [Id(8)] public double RotaryEmbBase { get; init; } = 10000;

    /// <summary>Standard deviation of the initial weights.</summary>
    [Id(9)] public double InitializerRange { get; init; } = 0.02;

    /// <summary>Whether the output layer shares the embedding's weights.</summary>
    [Id(10)] public bool TieWordEmbeddings { get; init; }
}
