using System.Text.Encodings.Web;
using System.Text.Json;

namespace IfGuide.Pipeline.Results.Exports;

/// <summary>Writes suppressed tokens as ranges of characters, one document a line. Offsets count Unicode code points, as Python does.</summary>
internal static class SpanExport
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(RunResults results, Stream stream)
    {
        foreach (var document in results.SuppressedSpans())
        {
            var points = CountCodePoints(document.Text);
            var spans = document.Spans.Select(span => new { Start = points[span.Start], End = points[span.End], span.Score });
            stream.Write(JsonSerializer.SerializeToUtf8Bytes(new { document.Id, document.Source, Spans = spans }, Json));
            stream.WriteByte((byte)'\n');
        }
    }

    /// <summary>For each UTF-16 offset, the code points before it.</summary>
    private static int[] CountCodePoints(string text)
    {
        var points = new int[text.Length + 1];
        for (var i = 0; i < text.Length; i++)
        {
            points[i + 1] = points[i] + (char.IsLowSurrogate(text[i]) ? 0 : 1);
        }

        return points;
    }
}
