using System.Diagnostics;
using System.Security.Cryptography;
using IfGuide.EndToEnd.Harness;
using IfGuide.Tests.Shared;
using TinyRun = IfGuide.EndToEnd.Harness.TinyRun;

namespace IfGuide.EndToEnd.Azure;

/// <summary>The whole method, embedded, over a blob server.</summary>
public sealed class AzureRunTests : IAsyncLifetime
{
    private const string ConnectionString = "AZURE_STORAGE_CONNECTION_STRING";
    private static readonly string[] Store = ["--store", "azure:ifguide/tests"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Workplace place = TinyRun.Prepare();

    public ValueTask InitializeAsync()
    {
        // Every program that tests start inherits these; only stores in Azure read them.
        Environment.SetEnvironmentVariable("IFGUIDE_CACHE", place["cache"]);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable(ConnectionString, null);
        Environment.SetEnvironmentVariable("IFGUIDE_CACHE", null);
        place.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task ARunThatIsKilled_IsFreeWithinAMinute_AndEndsWithTheBytesOfARunInAFolder()
    {
        using var folder = TinyRun.Prepare();
        (await Ifguide.RunProcessAsync(folder.Folder, "run", TinyRun.FileName, "--quiet", "--threads", "1")).Expect(0);

        await using var server = await BlobServer.StartAsync();
        Environment.SetEnvironmentVariable(ConnectionString, server.ConnectionString);
        using (var killed = Ifguide.Start(place.Folder, ["run", TinyRun.FileName, "--quiet", "--threads", "1", .. Store]))
        {
            await server.SettleAsync("tests/records/runs/tiny.json");
            killed.Signal("KILL");
            Assert.NotEqual(0, (await killed.EndAsync(TestContext.Current.CancellationToken)).ExitCode);
        }

        var waited = Stopwatch.StartNew();
        var again = await Ifguide.RunProcessAsync(place.Folder, ["run", TinyRun.FileName, "--quiet", "--threads", "1", .. Store]);
        if (again.ExitCode != 0) // on a slow machine its record may have grown old by then
        {
            Assert.Contains("If nobody runs it any more, try again in", again.Expect(2).Complaint, StringComparison.Ordinal);
            while (!(await Ifguide.RunProcessAsync(place.Folder, ["status", "tiny", .. Store])).Expect(0).Output.Contains("interrupted", StringComparison.Ordinal))
            {
                Assert.True(waited.Elapsed < Patience, "The run of a killed process stays taken.");
            }

            (await Ifguide.RunProcessAsync(place.Folder, ["run", TinyRun.FileName, "--quiet", "--threads", "1", .. Store])).Expect(0);
        }

        Assert.Contains("tiny", (await Ifguide.RunProcessAsync(place.Folder, ["list", .. Store])).Expect(0).Output, StringComparison.Ordinal);
        (await Ifguide.RunProcessAsync(place.Folder, ["report", "tiny", "--out", place["report.html"], .. Store])).Expect(0);
        (await Ifguide.RunProcessAsync(place.Folder, ["inspect", "tiny", "--top", "2", .. Store])).Expect(0);
        Assert.Equal(await ExportsAsync(folder, []), await ExportsAsync(place, Store));
        Assert.DoesNotContain(place.Files(), file => file.StartsWith(".ifguide", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AServerThatIsAway_Ends3_AndWhatIsTheUsersToMend_Ends2()
    {
        Environment.SetEnvironmentVariable(ConnectionString, null);
        Assert.Contains("needs credentials", (await Ifguide.RunProcessAsync(place.Folder, "list", "--store", "azure:ifguide")).Expect(2).Complaint, StringComparison.Ordinal);

        await using var server = await BlobServer.StartAsync(account: "company");
        Environment.SetEnvironmentVariable(ConnectionString, server.ConnectionString);
        Assert.Contains("az storage container create --name ifguide", (await Ifguide.RunProcessAsync(place.Folder, "run", TinyRun.FileName, "--store", "azure:ifguide")).Expect(2).Complaint, StringComparison.Ordinal);

        server.Kill();
        Assert.Contains("nothing listens there", (await Ifguide.RunProcessAsync(place.Folder, "list", "--store", "azure:ifguide")).Expect(3).Complaint, StringComparison.Ordinal);
    }

    private static async Task<SortedDictionary<string, string>> ExportsAsync(Workplace place, string[] store)
    {
        foreach (var artifact in new[] { "scores", "mask", "order", "metrics", "model", "factors" })
        {
            (await Ifguide.RunProcessAsync(place.Folder, ["export", "tiny", artifact, "--out", place[$"exports/{artifact}"], .. store])).Expect(0);
        }

        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in place.Files().Where(file => file.StartsWith("exports/", StringComparison.Ordinal)))
        {
            digests[file] = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(place[file], TestContext.Current.CancellationToken)));
        }

        Assert.True(digests.Count > 6);
        return digests;
    }
}
