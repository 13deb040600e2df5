using System.Text.Json;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Runs;

/// <summary>A run up to its selection, whose artifacts tests take out.</summary>
public abstract class SelectedRun : IAsyncLifetime
{
    private protected SelectedRun(Workplace? place = null) => Place = place ?? TinyRun.Prepare();

    private protected Workplace Place { get; }

    public async ValueTask InitializeAsync() => (await Ifguide.RunAsync(Place.Folder, "run", TinyRun.FileName, "--until", "select", "--quiet")).Expect(0);

    public ValueTask DisposeAsync()
    {
        Place.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected async Task ExportAsync(string artifact, string file, string? format = null) =>
        (await Ifguide.RunAsync(Place.Folder, ["export", "tiny", artifact, "--out", file, .. format is null ? Array.Empty<string>() : ["--format", format]])).Expect(0);

    /// <summary>The ranges of characters of an exported jsonl, by document.</summary>
    private protected Dictionary<string, (int Start, int End)[]> Spans(string file) => Lines(Place[file]).ToDictionary(
        line => line.GetProperty("id").GetString()!,
        line => line.GetProperty("spans").EnumerateArray().Select(span => (span.GetProperty("start").GetInt32(), span.GetProperty("end").GetInt32())).ToArray());

    /// <summary>The texts of a corpus, by document.</summary>
    private protected static Dictionary<string, string> Texts(string corpus) => Lines(corpus).ToDictionary(line => line.GetProperty("id").GetString()!, line => line.GetProperty("text").GetString()!);

    private static IEnumerable<JsonElement> Lines(string path) => File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement);
}
