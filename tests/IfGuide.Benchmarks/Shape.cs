using IfGuide.Numerics.Models.Shapes;

namespace IfGuide.Benchmarks;

/// <summary>A model shape and the sequences it is measured on.</summary>
internal sealed record Shape(string Name, TransformerConfiguration Configuration, int Sequences, int Tokens, int BatchSequences)
{
    public static IReadOnlyList<Shape> All { get; } =
    [
        new("tiny", NeoX(vocabulary: 1024, hidden: 128, layers: 4, heads: 4), Sequences: 64, Tokens: 128, BatchSequences: 32),
        new("pythia-70m", NeoX(vocabulary: 50304, hidden: 512, layers: 6, heads: 8), Sequences: 8, Tokens: 512, BatchSequences: 4),
        new("pythia-160m", NeoX(vocabulary: 50304, hidden: 768, layers: 12, heads: 12), Sequences: 4, Tokens: 512, BatchSequences: 4),
    ];

    public long TokenCount => (long)Sequences * Tokens;

    private static TransformerConfiguration NeoX(int vocabulary, int hidden, int layers, int heads) => new()
    {
        Family = ModelFamily.GptNeoX,
        VocabularySize = vocabulary,
        HiddenSize = hidden,
        LayerCount = layers,
        HeadCount = heads,
        KeyValueHeadCount = heads,
        HeadSize = hidden / heads,
        IntermediateSize = 4 * hidden,
        RotaryFraction = 0.25,
        AttentionBias = true,
        MaximumPositions = 2048,
    };
}
