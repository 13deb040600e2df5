using System.Text.Json;
using System.Text.Json.Serialization;

namespace IfGuide.Grains.Records;

/// <summary>How records are written: as JSON that an operator can read.</summary>
internal static class RecordJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}
