using System.Security.Cryptography;
using System.Text.Json;
using IfGuide.EndToEnd.Cluster;

namespace IfGuide.EndToEnd.Harness;

/// <summary>What a run leaves, for comparing two runs byte by byte.</summary>
internal static class Results
{
    /// <summary>Digests of a run's scores, mask, order and models.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> DigestsAsync(Workplace place, string run = "tiny", LocalCluster? cluster = null)
    {
        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        (string Artifact, string[] Options)[] exports = [("scores", []), ("mask", []), ("order", []), ("metrics", []), ("model", []), ("model", ["--model", "base"])];
        foreach (var (artifact, options) in exports)
        {
            var name = string.Join('-', [artifact, .. options]);
            var target = place[Path.Combine("exports", name)];
            (await Ifguide.RunAsync(place.Folder, ["export", run, artifact, "--out", target, .. options, .. cluster?.Options ?? []], cluster?.Variables)).Expect(0);
            foreach (var file in Directory.Exists(target) ? Directory.EnumerateFiles(target) : [target])
            {
                digests[Path.GetRelativePath(place["exports"], file)] = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)));
            }
        }

        Directory.Delete(place["exports"], recursive: true);
        return digests;
    }

    /// <summary>Stages of the run's status as <c>--json</c> tells it: units, and how many were found in the store.</summary>
    public static IReadOnlyDictionary<string, (int Units, int Done, int Reused)> Stages(Outcome said)
    {
        using var status = JsonDocument.Parse(said.Output.Trim().Split('\n')[^1]);
        return status.RootElement.GetProperty("stages").EnumerateArray().ToDictionary(
            stage => stage.GetProperty("stage").GetString()!,
            stage => (stage.GetProperty("units").GetInt32(), stage.GetProperty("done").GetInt32(), stage.GetProperty("reused").GetInt32()));
    }

    /// <summary>Checks that nothing half-written lies in the store.</summary>
    public static void AssertNothingHalfWritten(Workplace place)
    {
        var store = place[".ifguide"];
        if (Directory.Exists(store))
        {
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(store, ".temporary")));
        }
    }
}
