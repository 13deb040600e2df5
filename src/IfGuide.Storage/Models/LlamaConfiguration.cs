using System.Text.Json.Nodes;
using IfGuide.Numerics.Models.Shapes;

namespace IfGuide.Storage.Models;

/// <summary>config.json of Llama, Mistral and Qwen2 models.</summary>
internal static class LlamaConfiguration
{
    /// <summary>Reads a configuration.</summary>
    public static TransformerConfiguration Read(ConfigurationReader reader, ModelFamily family)
    {
        reader.RequireActivation("silu");
        reader.RequireFalse("mlp_bias");
        RotaryKeys.RequireWholeHeads(reader);
        var sizes = ReadSizes(reader, family);
        var hasBias = family == ModelFamily.Qwen2 || reader.ReadFlag("attention_bias", false);
        return sizes with
        {
            NormalisationEpsilon = reader.ReadNumber("rms_norm_eps", 1e-6),
            RotaryBase = RotaryKeys.ReadSection(reader).ReadNumber("rope_theta", 10000),
            RopeScaling = RotaryKeys.ReadScaling(reader),
            AttentionBias = hasBias,
            TieEmbeddings = reader.ReadFlag("tie_word_embeddings", false),
        };
    }

    /// <summary>Writes the keys that these families have of their own.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="modelType">The family's <c>model_type</c>.</param>
    public static void Write(JsonObject json, TransformerConfiguration configuration, string modelType)
    {
        json["architectures"] = new JsonArray($"{configuration.Family}ForCausalLM");
        json["model_type"] = modelType;
        json["attention_bias"] = configuration.AttentionBias;
        json["head_dim"] = configuration.HeadSize;
        json["hidden_act"] = "silu";
        json["mlp_bias"] = false;
        json["num_key_value_heads"] = configuration.KeyValueHeadCount;
        json["rms_norm_eps"] = configuration.NormalisationEpsilon;
        json["rope_scaling"] = RotaryKeys.Write(configuration.RopeScaling);
        json["rope_theta"] = configuration.RotaryBase;
    }

    private static TransformerConfiguration ReadSizes(ConfigurationReader reader, ModelFamily family)
    {
        var sizes = SizeKeys.Read(reader, family);
        return sizes with
        {
            KeyValueHeadCount = reader.ReadInteger("num_key_value_heads", sizes.HeadCount),
            HeadSize = reader.ReadInteger("head_dim", sizes.HeadSize),
            MaximumPositions = Math.Min(sizes.MaximumPositions, ReadSlidingWindow(reader, family)),
        };
    }

    /// <summary>Within its window, sliding attention is attention to all earlier tokens. The positions refuse longer sequences.</summary>
    private static long ReadSlidingWindow(ConfigurationReader reader, ModelFamily family)
    {
        if (!reader.ReadFlag("use_sliding_window", family == ModelFamily.Mistral))
        {
            return int.MaxValue;
        }

        return reader.ReadInteger("sliding_window", int.MaxValue);
    }
}
