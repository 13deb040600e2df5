namespace IfGuide.Numerics.Models.Shapes;

/// <summary>Shape and constants of a causal transformer; the numbers of a Hugging Face <c>config.json</c>.</summary>
public sealed record TransformerConfiguration
{
    /// <summary>Architecture.</summary>
    public required ModelFamily Family { get; init; }

    /// <summary>Rows of the embedding and of the unembedding.</summary>
    public required long VocabularySize { get; init; }

    /// <summary>Width d of the residual stream.</summary>
    public required long HiddenSize { get; init; }

    /// <summary>Number of transformer blocks.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Query heads per block.</summary>
    public required long HeadCount { get; init; }

    /// <summary>Key and value heads per block; divides <see cref="HeadCount"/>. GPT-NeoX and GPT-2: equal to it.</summary>
    public required long KeyValueHeadCount { get; init; }

    /// <summary>Width of one head.</summary>
    public required long HeadSize { get; init; }

    /// <summary>Width of the multilayer perceptron's hidden layer.</summary>
    public required long IntermediateSize { get; init; }

    /// <summary>Added to the variance (LayerNorm) or the mean square (RMSNorm).</summary>
    public double NormalisationEpsilon { get; init; } = 1e-5;

    /// <summary>Share of each head's features that rotate; 1 for Llama and its kin. GPT-2 ignores it.</summary>
    public double RotaryFraction { get; init; } = 1;

    /// <summary>Base of the rotary frequencies. GPT-2 ignores it.</summary>
    public double RotaryBase { get; init; } = 10000;

    /// <summary>Llama 3's frequency rescaling; null: none.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>GPT-NeoX: attention and perceptron read the same residual. The others ignore it.</summary>
    public bool ParallelResidual { get; init; } = true;

    /// <summary>Whether the attention projections carry biases; always for GPT-2.</summary>
    /// <remarks>The perceptrons of GPT-NeoX and GPT-2 always do, Llama's never.</remarks>
    public bool AttentionBias { get; init; }

    /// <summary>Whether the attention's output projection carries a bias: Qwen2's never does.</summary>
    public bool AttentionOutputBias => AttentionBias && Family != ModelFamily.Qwen2;

    /// <summary>Whether positions enter by rotation of queries and keys; GPT-2 adds learned vectors instead.</summary>
    public bool HasRotaryPositions => Family != ModelFamily.Gpt2;

    /// <summary>Whether the unembedding is the embedding matrix.</summary>
    public bool TieEmbeddings { get; init; }

    /// <summary>Longest sequence, in tokens.</summary>
    public required long MaximumPositions { get; init; }

    /// <summary>Standard deviation of initial weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Number of features of each head that rotate; even.</summary>
    public long RotarySize => (long)(HeadSize * RotaryFraction);

    /// <summary>Checks that the numbers fit together.</summary>
    /// <exception cref="ModelFormatException">A number is impossible; the message names it.</exception>
    public void Validate()
    {
        RequirePositive(VocabularySize, nameof(VocabularySize));
        RequirePositive(HiddenSize, nameof(HiddenSize));
        RequirePositive(LayerCount, nameof(LayerCount));
        RequirePositive(HeadCount, nameof(HeadCount));
        RequirePositive(KeyValueHeadCount, nameof(KeyValueHeadCount));
        RequirePositive(HeadSize, nameof(HeadSize));
        RequirePositive(IntermediateSize, nameof(IntermediateSize));
        RequirePositive(MaximumPositions, nameof(MaximumPositions));
        Require(
            HeadCount % KeyValueHeadCount == 0,
            $"{HeadCount} query heads are no multiple of {KeyValueHeadCount} key and value heads");
        CheckRotation();
        if (Family is ModelFamily.GptNeoX or ModelFamily.Gpt2)
        {
            CheckEqualHeads();
        }
        else
        {
            Require(RotarySize == HeadSize, $"{Family} rotates whole heads, but the rotary fraction is {RotaryFraction}");
        }
    }

    private void CheckRotation()
    {
        var isEven = RotaryFraction is > 0 and <= 1 && RotarySize % 2 == 0 && RotarySize > 0;
        Require(
            isEven || !HasRotaryPositions,
            $"a rotary fraction of {RotaryFraction} of head size {HeadSize} gives {RotarySize} rotating features; "
                + "their number must be even and positive");
    }

    private void CheckEqualHeads()
    {
        Require(
            KeyValueHeadCount == HeadCount,
            $"{Family} has one key and value head per query head, but {KeyValueHeadCount} and {HeadCount} were given");
        Require(
            HeadCount * HeadSize == HiddenSize,
            $"{Family} needs heads x head size = hidden size, but {HeadCount} x {HeadSize} is not {HiddenSize}");
        Require(RopeScaling is null, "rotary frequency scaling is defined for Llama and its kin only");
        Require(Family != ModelFamily.Gpt2 || AttentionBias, "GPT-2's projections have biases");
    }

    private static void RequirePositive(long value, string name) => Require(value > 0, $"{name} is {value}; it must be positive");

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new ModelFormatException($"The model configuration is impossible: {problem}. Correct config.json.");
        }
    }
}
