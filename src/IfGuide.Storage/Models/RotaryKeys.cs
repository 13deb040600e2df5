using System.Text.Json;
using System.Text.Json.Nodes;
using IfGuide.Numerics.Models.Shapes;

namespace IfGuide.Storage.Models;

/// <summary>The keys of config.json on rotary positions. Newer files hold them in a section of their own.</summary>
internal static class RotaryKeys
{
    private const string SectionKey = "rope_parameters";
    private const string ScalingKey = "rope_scaling";

    /// <summary>The section on rotary positions; the whole file where it has none.</summary>
    public static ConfigurationReader ReadSection(ConfigurationReader reader)
    {
        if (!reader.Has(SectionKey))
        {
            return reader;
        }

        return reader.ReadSection(SectionKey);
    }

    /// <summary>Refuses files in which a part of a head does not rotate.</summary>
    public static void RequireWholeHeads(ConfigurationReader reader)
    {
        foreach (var section in new[] { reader, ReadSection(reader) })
        {
            section.Require("partial_rotary_factor", "1: whole heads rotate", IsOne);
        }
    }

    /// <summary>Refuses files that scale the frequencies.</summary>
    public static void RefuseScaling(ConfigurationReader reader)
    {
        if (ReadScaling(reader) is not null)
        {
            throw reader.DescribeWrong(FindScalingKey(reader), "no scaling");
        }
    }

    /// <summary>Reads the scaling of the frequencies; null: none.</summary>
    public static RopeScaling? ReadScaling(ConfigurationReader reader)
    {
        var key = FindScalingKey(reader);
        if (!reader.Has(key))
        {
            return null;
        }

        var section = reader.ReadSection(key);
        return section.ReadText("rope_type", section.ReadText("type", "default")) switch
        {
            "default" => null,
            "llama3" => ReadLlama3(section),
            _ => throw reader.DescribeWrong(key, "no scaling, or rope_type llama3"),
        };
    }

    /// <summary>The scaling as transformers writes it; null: none.</summary>
    public static JsonObject? Write(RopeScaling? scaling)
    {
        if (scaling is null)
        {
            return null;
        }

        return new JsonObject
        {
            ["factor"] = scaling.Factor,
            ["high_freq_factor"] = scaling.HighFrequencyFactor,
            ["low_freq_factor"] = scaling.LowFrequencyFactor,
            ["original_max_position_embeddings"] = scaling.OriginalMaximumPositions,
            ["rope_type"] = "llama3",
        };
    }

    private static RopeScaling ReadLlama3(ConfigurationReader section)
    {
        var factor = section.ReadNumber("factor");
        var low = section.ReadNumber("low_freq_factor");
        var high = section.ReadNumber("high_freq_factor");
        return new RopeScaling(factor, low, high, section.ReadInteger("original_max_position_embeddings"));
    }

    private static string FindScalingKey(ConfigurationReader reader)
    {
        if (reader.Has(SectionKey))
        {
            return SectionKey;
        }

        return ScalingKey;
    }

    private static bool IsOne(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.GetDouble() == 1;
}
