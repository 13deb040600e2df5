using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Cli.Consoles;

namespace IfGuide.Cli.Exports;

/// <summary>Writes suppressed tokens as ranges of characters, one document a line. Offsets count Unicode code points, as Python does.</summary>
internal static class SpanExport
{
    public static void Write(RunArtifacts run, string? behaviour, Stream stream, CancellationToken cancellationToken)
    {
        if (run.Inputs.Documents == 0 || run.Inputs.Tokenizer is null)
        {
            var why = run.Inputs.Documents == 0 ? "has no documents (it is pretokenised)" : "holds tokens, and the run has no tokenizer to give their text";
            throw new UserErrorException($"--format jsonl: the corpus of run '{run.Status.Run}' {why}; export the mask as npy.");
        }

        using var results = run.OpenResults(behaviour, cancellationToken);
        foreach (var document in results.SuppressedSpans())
        {
            var points = CodePoints(document.Text);
            var line = new { document.Id, document.Source, Spans = document.Spans.Select(span => new { Start = points[span.Start], End = points[span.End], span.Score }) };
            stream.Write(JsonSerializer.SerializeToUtf8Bytes(line, Json.Options));
            stream.WriteByte((byte)'\n');
        }
    }

    /// <summary>For each UTF-16 offset, the code points before it.</summary>
    private static int[] CodePoints(string text)
    {
        var points = new int[text.Length + 1];
        for (var i = 0; i < text.Length; i++)
        {
            points[i + 1] = points[i] + (char.IsLowSurrogate(text[i]) ? 0 : 1);
        }

        return points;
    }
}
