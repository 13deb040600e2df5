using System.Text.Json.Nodes;
using IfGuide.Numerics.Models.Shapes;

namespace IfGuide.Storage.Models;

/// <summary>The keys of config.json on a model's sizes, as all families but GPT-2 name them.</summary>
internal static class SizeKeys
{
    private const string HiddenSize = "hidden_size";
    private const string InitializerRange = "initializer_range";
    private const string IntermediateSize = "intermediate_size";
    private const string MaximumPositions = "max_position_embeddings";
    private const string HeadCount = "num_attention_heads";
    private const string LayerCount = "num_hidden_layers";

    /// <summary>Reads the sizes. Every head has a key and value head of its own, and the heads share the hidden size.</summary>
    public static TransformerConfiguration Read(ConfigurationReader reader, ModelFamily family)
    {
        var heads = reader.ReadInteger(HeadCount);
        var width = reader.ReadInteger(HiddenSize);
        var vocabulary = reader.ReadInteger("vocab_size");
        var layers = (int)reader.ReadInteger(LayerCount);
        var intermediate = reader.ReadInteger(IntermediateSize);
        var positions = reader.ReadInteger(MaximumPositions, 2048);
        return new TransformerConfiguration
        {
            Family = family,
            VocabularySize = vocabulary,
            HiddenSize = width,
            LayerCount = layers,
            HeadCount = heads,
            KeyValueHeadCount = heads,
            HeadSize = width / heads,
            IntermediateSize = intermediate,
            MaximumPositions = positions,
            InitializerRange = reader.ReadNumber(InitializerRange, 0.02),
        };
    }

    /// <summary>Writes the sizes.</summary>
    public static void Write(JsonObject json, TransformerConfiguration configuration)
    {
        json[HiddenSize] = configuration.HiddenSize;
        json[InitializerRange] = configuration.InitializerRange;
        json[IntermediateSize] = configuration.IntermediateSize;
        json[MaximumPositions] = configuration.MaximumPositions;
        json[HeadCount] = configuration.HeadCount;
        json[LayerCount] = configuration.LayerCount;
    }
}
