using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Rules.Values;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Abstractions.Rules.Keys;

/// <summary>Keys of <c>architecture</c>.</summary>
internal static class ArchitectureKeys
{
    private static readonly WholeNumberKind<int> Count = new(1, 1 << 24);

    private static readonly ChoiceKind<string> ModelType =
        new(("gpt_neox", "gpt_neox"), ("llama", "llama"), ("mistral", "mistral"), ("qwen2", "qwen2"), ("gpt2", "gpt2"));

    public static Section<ArchitectureSpec> Architecture { get; } = new(
        () => new ArchitectureSpec(),
        Key<ArchitectureSpec>.Of(
            "model_type",
            ModelType,
            shape => shape.ModelType,
            (shape, type) => shape with { ModelType = type },
            "Family of the model.",
            "\"gpt_neox\""),
        Size(
            "hidden_size",
            shape => shape.HiddenSize,
            (shape, size) => shape with { HiddenSize = size },
            "Width of the residual stream.",
            "128"),
        Size(
            "num_hidden_layers",
            shape => shape.NumHiddenLayers,
            (shape, count) => shape with { NumHiddenLayers = count },
            "Number of layers.",
            "4"),
        Size(
            "num_attention_heads",
            shape => shape.NumAttentionHeads,
            (shape, count) => shape with { NumAttentionHeads = count },
            "Number of attention heads; divides hidden_size.",
            "4"),
        Size(
            "num_key_value_heads",
            shape => shape.NumKeyValueHeads,
            (shape, count) => shape with { NumKeyValueHeads = count },
            "Number of key and value heads (llama, mistral, qwen2); by default as many as attention heads."),
        Size(
            "intermediate_size",
            shape => shape.IntermediateSize,
            (shape, size) => shape with { IntermediateSize = size },
            "Width of the feed-forward layer.",
            "512"),
        Size(
            "vocab_size",
            shape => shape.VocabSize,
            (shape, size) => shape with { VocabSize = size },
            "Vocabulary size; by default the tokenizer's."),
        Key<ArchitectureSpec>.Of(
            "rotary_pct",
            NumberKind.AboveUpTo(0, 1),
            shape => shape.RotaryPct,
            (shape, share) => shape with { RotaryPct = share },
            "Share of each head that is rotated (gpt_neox).", "0.25"),
        Key<ArchitectureSpec>.Of(
            "rotary_emb_base",
            NumberKind.MoreThan(1),
            shape => shape.RotaryEmbBase,
            (shape, value) => shape with { RotaryEmbBase = value },
            "Base of the rotary frequencies; llama calls it rope_theta.",
            "10000"),
        Key<ArchitectureSpec>.Of(
            "rope_theta", NumberKind.MoreThan(1), get: null, (shape, value) => shape with { RotaryEmbBase = value },
            "The same as rotary_emb_base, under llama's name."),
        Key<ArchitectureSpec>.Of(
            "initializer_range",
            NumberKind.MoreThan(0),
            shape => shape.InitializerRange,
            (shape, value) => shape with { InitializerRange = value },
            "Standard deviation of the initial weights.",
            "0.02"),
        Key<ArchitectureSpec>.Of(
            "tie_word_embeddings",
            new FlagKind(),
            shape => shape.TieWordEmbeddings,
            (shape, tied) => shape with { TieWordEmbeddings = tied },
            "Whether the output layer shares the embedding's weights.",
            "false"))
    {
        Rule = FindContradiction,
    };

    private static (string Key, string Wrong)? FindContradiction(ArchitectureSpec shape)
    {
        var heads = shape.NumAttentionHeads;
        if (shape.HiddenSize % heads != 0)
        {
            return ("hidden_size", $"is {shape.HiddenSize}, which {heads} attention heads do not divide; choose a multiple");
        }

        var headSize = shape.HiddenSize / heads;
        if (headSize % 2 != 0)
        {
            return (
                "num_attention_heads",
                $"makes heads of {headSize}, an odd size that rotary embeddings cannot halve; choose another number");
        }

        return shape switch
        {
            { NumKeyValueHeads: { } shared } when heads % shared != 0 =>
                ("num_key_value_heads", $"is {shared}, which does not divide the {heads} attention heads"),
            { NumKeyValueHeads: not null, ModelType: "gpt_neox" or "gpt2" } =>
                (
                    "num_key_value_heads",
                    $"is a key of llama, mistral and qwen2; {shape.ModelType} has as many as attention heads; remove it"),
            _ => null,
        };
    }

    private static Key<ArchitectureSpec> Size(
        string name,
        Func<ArchitectureSpec, object?> get,
        Func<ArchitectureSpec, int, ArchitectureSpec> with,
        string meaning,
        string? @default = null) =>
        Key<ArchitectureSpec>.Of(name, Count, get, with, meaning, @default);
}
