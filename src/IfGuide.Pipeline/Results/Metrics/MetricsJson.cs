using System.Text.Json;
using System.Text.Json.Serialization;

namespace IfGuide.Pipeline.Results.Metrics;

/// <summary>How figures for programs are written.</summary>
internal static class MetricsJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
