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
}
