using System.Diagnostics;
using IfGuide.Abstractions;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Cluster.Faults;

/// <summary>The store has no room left: the run fails and says why; with room again, it is resumed.</summary>
internal sealed class StoreFull : Fault, IDisposable
{
    private const long RoomForRecords = 256 << 10;

    private readonly string folder = Directory.CreateTempSubdirectory("ifguide-small-").FullName;

    public StoreFull()
        : base("the store is full")
    {
        Shell("mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", folder);
        Plan = new ClusterPlan { Store = "file:" + Path.Combine(folder, "store") };
    }

    public override ClusterPlan Plan { get; }

    private string Filler => Path.Combine(folder, "filler");

    /// <summary>Leaves room for the run's records, so that a stage of a second does not end before the last byte is taken.</summary>
    public override Task PrepareAsync(Workplace place, LocalCluster cluster, Stage stage)
    {
        Fill();
        using var filler = File.OpenWrite(Filler);
        filler.SetLength(Math.Max(0, filler.Length - RoomForRecords));
        return Task.CompletedTask;
    }

    public override Task StrikeAsync(FaultScene scene)
    {
        scene.Time = DateTimeOffset.UtcNow;
        Fill();
        return Task.CompletedTask;
    }

    public override async Task<TimeSpan> RecoveredAsync(FaultScene scene)
    {
        var (code, error) = await scene.Client.EndAsync(FaultScene.Patience);
        if (code != 1 || !error.Contains("no space left", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException($"A full store should end the run with 1 and 'no space left', but the client ended with {code}: {error}");
        }

        scene.FirstClientSeesTheEnd = false;
        File.Delete(Filler);
        scene.Time = DateTimeOffset.UtcNow;
        scene.OtherClients.Add(RunClient.Start(scene.Place, scene.Cluster, "resume", FaultRun.Name));
        return await scene.UntilEventAsync();
    }

    private void Fill()
    {
        var block = new byte[1 << 16];
        using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        try
        {
            while (true)
            {
                filler.Write(block);
            }
        }
        catch (IOException)
        {
            // Now it is full.
        }
    }

    public void Dispose()
    {
        Shell("umount", folder);
        Directory.Delete(folder);
    }

    private static void Shell(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: a small file system needs root.");
        }
    }
}
