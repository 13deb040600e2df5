using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Runs;

/// <summary>How far a run in another process has come, as its store shows.</summary>
internal static class Progress
{
    public static string[] Checkpoints(Workplace place) =>
        [.. Directory.EnumerateFiles(place[".ifguide/artifacts/train"], "checkpoint-*.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>Folders of the rounds of trainings that have begun and not ended.</summary>
    public static string[] Rounds(Workplace place) => Directory.Exists(place[".ifguide/artifacts/train"])
        ? [.. Directory.EnumerateDirectories(place[".ifguide/artifacts/train"], "round-*", SearchOption.AllDirectories).Where(folder => Directory.EnumerateFiles(folder).Any())]
        : [];

    public static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (!holds())
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
