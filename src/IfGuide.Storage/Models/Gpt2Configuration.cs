using System.Text.Json;
using System.Text.Json.Nodes;
using IfGuide.Numerics.Models.Shapes;

namespace IfGuide.Storage.Models;

/// <summary>config.json of GPT-2 models, which has names of its own for the sizes.</summary>
internal static class Gpt2Configuration
{
    /// <summary>Reads a configuration.</summary>
    public static TransformerConfiguration Read(ConfigurationReader reader)
    {
        reader.Require("activation_function", "gelu_new", IsApproximateGelu);
        reader.RequireTrue("scale_attn_weights");
        reader.RequireFalse("scale_attn_by_inverse_layer_idx");
        reader.RequireFalse("add_cross_attention");
        return ReadSizes(reader) with
        {
            NormalisationEpsilon = reader.ReadNumber("layer_norm_epsilon", 1e-5),
            AttentionBias = true,
            TieEmbeddings = reader.ReadFlag("tie_word_embeddings", true),
            InitializerRange = reader.ReadNumber("initializer_range", 0.02),
        };
    }

    /// <summary>Writes the keys that this family has of its own.</summary>
    public static void Write(JsonObject json, TransformerConfiguration configuration)
    {
        json["architectures"] = new JsonArray("GPT2LMHeadModel");
        json["model_type"] = "gpt2";
        json["activation_function"] = "gelu_new";
        json["initializer_range"] = configuration.InitializerRange;
        json["layer_norm_epsilon"] = configuration.NormalisationEpsilon;
        json["n_embd"] = configuration.HiddenSize;
        json["n_head"] = configuration.HeadCount;
        json["n_inner"] = configuration.IntermediateSize;
        json["n_layer"] = configuration.LayerCount;
        json["n_positions"] = configuration.MaximumPositions;
    }

    private static TransformerConfiguration ReadSizes(ConfigurationReader reader)
    {
        var heads = reader.ReadInteger("n_head");
        var width = reader.ReadInteger("n_embd");
        var vocabulary = reader.ReadInteger("vocab_size");
        var layers = (int)reader.ReadInteger("n_layer");
        var intermediate = reader.ReadInteger("n_inner", 4 * width);
        return new TransformerConfiguration
        {
            Family = ModelFamily.Gpt2,
            VocabularySize = vocabulary,
            HiddenSize = width,
            LayerCount = layers,
            HeadCount = heads,
            KeyValueHeadCount = heads,
            HeadSize = width / heads,
            IntermediateSize = intermediate,
            MaximumPositions = reader.ReadInteger("n_positions", 1024),
        };
    }

    private static bool IsApproximateGelu(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is "gelu_new" or "gelu_pytorch_tanh";
}
