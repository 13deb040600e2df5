using IfGuide.Abstractions.Specification;
using IfGuide.Cli.RunFiles.Values;

namespace IfGuide.Cli.RunFiles.Keys;

/// <summary>Keys of <c>proxy</c>, <c>target</c> and <c>architecture</c>.</summary>
internal static class ModelKeys
{
    private static readonly PathKind Folder = new("the path of a Hugging Face folder (config.json, model.safetensors)");

    public static Section<ArchitectureSpec> Architecture { get; } = new(
        () => new ArchitectureSpec(),
        Key.Of("model_type", new ChoiceKind<string>(("gpt_neox", "gpt_neox"), ("llama", "llama"), ("mistral", "mistral"), ("qwen2", "qwen2"), ("gpt2", "gpt2")), (ArchitectureSpec shape, string type) => shape with { ModelType = type },
            "Family of the model.", "\"gpt_neox\""),
        Size("hidden_size", (shape, size) => shape with { HiddenSize = size }, "Width of the residual stream.", "128"),
        Size("num_hidden_layers", (shape, count) => shape with { NumHiddenLayers = count }, "Number of layers.", "4"),
        Size("num_attention_heads", (shape, count) => shape with { NumAttentionHeads = count }, "Number of attention heads; divides hidden_size.", "4"),
        Size("num_key_value_heads", (shape, count) => shape with { NumKeyValueHeads = count }, "Number of key and value heads (llama, mistral, qwen2); by default as many as attention heads."),
        Size("intermediate_size", (shape, size) => shape with { IntermediateSize = size }, "Width of the feed-forward layer.", "512"),
        Size("vocab_size", (shape, size) => shape with { VocabSize = size }, "Vocabulary size; by default the tokenizer's."),
        Key.Of("rotary_pct", NumberKind.AboveUpTo(0, 1), (ArchitectureSpec shape, double share) => shape with { RotaryPct = share },
            "Share of each head that is rotated (gpt_neox).", "0.25"),
        Key.Of("rotary_emb_base", NumberKind.Above(1), (ArchitectureSpec shape, double value) => shape with { RotaryEmbBase = value },
            "Base of the rotary frequencies; llama calls it rope_theta.", "10000"),
        Key.Of("rope_theta", NumberKind.Above(1), (ArchitectureSpec shape, double value) => shape with { RotaryEmbBase = value },
            "The same as rotary_emb_base, under llama's name."),
        Key.Of("initializer_range", NumberKind.Above(0), (ArchitectureSpec shape, double value) => shape with { InitializerRange = value },
            "Standard deviation of the initial weights.", "0.02"),
        Key.Of("tie_word_embeddings", new FlagKind(), (ArchitectureSpec shape, bool tied) => shape with { TieWordEmbeddings = tied },
            "Whether the output layer shares the embedding's weights.", "false"))
    {
        Rule = shape => shape switch
        {
            _ when shape.HiddenSize % shape.NumAttentionHeads != 0 =>
                ("hidden_size", $"is {shape.HiddenSize}, which {shape.NumAttentionHeads} attention heads do not divide; choose a multiple"),
            _ when shape.HiddenSize / shape.NumAttentionHeads % 2 != 0 =>
                ("num_attention_heads", $"makes heads of {shape.HiddenSize / shape.NumAttentionHeads}, an odd size that rotary embeddings cannot halve; choose another number"),
            { NumKeyValueHeads: { } heads } when shape.NumAttentionHeads % heads != 0 =>
                ("num_key_value_heads", $"is {heads}, which does not divide the {shape.NumAttentionHeads} attention heads"),
            { NumKeyValueHeads: not null, ModelType: "gpt_neox" or "gpt2" } =>
                ("num_key_value_heads", $"is a key of llama, mistral and qwen2; {shape.ModelType} has as many as attention heads; remove it"),
            _ => null,
        },
    };

    public static Section<ModelSpec> Proxy { get; } = new(
        () => new ModelSpec(),
        Key.Of("path", Folder, (ModelSpec model, string path) => model with { Path = path }, "A Hugging Face folder: config.json, model.safetensors (one file or an index with shards), tokenizer.json."),
        Key.Of("architecture", Architecture, (ModelSpec model, ArchitectureSpec shape) => model with { Architecture = shape }, "The model's shape, with the keys of a Hugging Face config.json; it is trained on the corpus first, from scratch."),
        Key.Of("training", TrainingKeys.Training, (ModelSpec model, TrainingSpec training) => model with { Training = training }, "How a proxy from scratch is trained."))
    {
        Alternatives = ("path", "architecture"),
        OnlyBeside = [("training", "architecture")],
    };

    public static Section<ModelSpec> Target { get; } = new(
        () => new ModelSpec(),
        Key.Of("path", Folder, (ModelSpec model, string path) => model with { Path = path }, "A Hugging Face folder to fine-tune."),
        Key.Of("architecture", Architecture, (ModelSpec model, ArchitectureSpec shape) => model with { Architecture = shape }, "The shape of a model to pre-train from scratch, with the keys of a Hugging Face config.json."))
    {
        Alternatives = ("path", "architecture"),
    };

    private static Key<ArchitectureSpec> Size(string name, Func<ArchitectureSpec, int, ArchitectureSpec> with, string meaning, string? @default = null) =>
        Key.Of(name, WholeNumberKind.Count(most: 1 << 24), (ArchitectureSpec shape, long size) => with(shape, (int)size), meaning, @default);
}
