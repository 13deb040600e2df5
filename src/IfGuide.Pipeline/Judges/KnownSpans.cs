using System.Text.Json;
using IfGuide.Abstractions;

namespace IfGuide.Pipeline.Judges;

/// <summary>Character spans of documents that are known to be toxic: the truth a selection is measured against.</summary>
/// <remarks>A jsonl of <c>{"id": …, "spans": [{"start": …, "end": …}]}</c>; offsets in characters of the document's text, end exclusive.</remarks>
public static class KnownSpans
{
    /// <summary>Reads known spans.</summary>
    /// <param name="path">The jsonl.</param>
    /// <returns>Spans by document id; documents without spans are left out.</returns>
    /// <exception cref="UserErrorException">A line is not such a record; the message names file and line.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<(int Start, int End)>> Read(string path)
    {
        var spans = new Dictionary<string, IReadOnlyList<(int, int)>>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            try
            {
                using var json = JsonDocument.Parse(line);
                var id = json.RootElement.GetProperty("id").GetString() ?? throw new JsonException("id is null");
                var list = json.RootElement.GetProperty("spans").EnumerateArray()
                    .Select(span => (span.GetProperty("start").GetInt32(), span.GetProperty("end").GetInt32()))
                    .ToArray();
                if (list.Length > 0)
                {
                    spans[id] = list;
                }
            }
            catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                throw new UserErrorException($"{path}, line {number}: expected {{\"id\": …, \"spans\": [{{\"start\": …, \"end\": …}}]}}, found '{Shorten(line)}': correct the line.", exception);
            }
        }

        return spans;
    }

    private static string Shorten(string line) => line.Length <= 80 ? line : line[..77] + "...";
}
