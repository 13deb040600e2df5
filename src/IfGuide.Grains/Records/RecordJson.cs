using System.Text.Json;
using System.Text.Json.Serialization;
using IfGuide.Storage.Artifacts;

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

    /// <summary>Reads a record, of this build or an older one.</summary>
    /// <exception cref="OtherBuildException">A newer build wrote it.</exception>
    public static T Read<T>(string name, ReadOnlySpan<byte> bytes)
    {
        var record = JsonSerializer.Deserialize<T>(bytes, Options)!;
        if (record is RunRecord run)
        {
            OtherBuildException.RefuseNewer($"The record '{name}'", run.SchemaVersion, RunRecord.NewestSchemaVersion);
        }

        return record;
    }
}
