using System.Text.Json.Nodes;
using IfGuide.Numerics.Models.Shapes;

namespace IfGuide.Storage.Models;

/// <summary>config.json of GPT-NeoX models.</summary>
internal static class GptNeoXConfiguration
{
    /// <summary>Reads a configuration.</summary>
    public static TransformerConfiguration Read(ConfigurationReader reader)
    {
        reader.RequireActivation("gelu");
        RotaryKeys.RefuseScaling(reader);
        var sizes = SizeKeys.Read(reader, ModelFamily.GptNeoX);
        var rope = RotaryKeys.ReadSection(reader);
        var fraction = rope.ReadNumber("partial_rotary_factor", reader.ReadNumber("rotary_pct", 0.25));
        var rotaryBase = rope.ReadNumber("rope_theta", reader.ReadNumber("rotary_emb_base", 10000));
        return sizes with
        {
            NormalisationEpsilon = reader.ReadNumber("layer_norm_eps", 1e-5),
            RotaryFraction = fraction,
            RotaryBase = rotaryBase,
            ParallelResidual = reader.ReadFlag("use_parallel_residual", true),
            AttentionBias = reader.ReadFlag("attention_bias", true),
            TieEmbeddings = reader.ReadFlag("tie_word_embeddings", false),
        };
    }

    /// <summary>Writes the keys that this family has of its own.</summary>
    public static void Write(JsonObject json, TransformerConfiguration configuration)
    {
        json["architectures"] = new JsonArray("GPTNeoXForCausalLM");
        json["model_type"] = "gpt_neox";
        json["attention_bias"] = configuration.AttentionBias;
        json["hidden_act"] = "gelu";
        json["layer_norm_eps"] = configuration.NormalisationEpsilon;
        json["rotary_emb_base"] = configuration.RotaryBase;
        json["rotary_pct"] = configuration.RotaryFraction;
        json["use_parallel_residual"] = configuration.ParallelResidual;
    }
}
