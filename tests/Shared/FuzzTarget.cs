using System.Diagnostics;
using System.Globalization;
using IfGuide.Abstractions;

namespace IfGuide.Tests.Shared;

/// <summary>
/// Feeds a reader of foreign files with damaged ones, for a budget of time. It may read them or refuse them as the user's mistake; it may not throw anything else, hang, write anywhere,
/// or allocate more than in proportion to the file. IFGUIDE_FUZZ_SECONDS sets the seconds for each target (default 1.5), IFGUIDE_FUZZ_SEED what they begin with (default 1).
/// </summary>
internal sealed class FuzzTarget : IDisposable
{
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(30);
    private static readonly Lock ReportLock = new();
    private readonly string name;
    private readonly string folder = Directory.CreateTempSubdirectory("ifguide-fuzz-").FullName;
    private long inputs;
    private long refused;
    private long largestAllocation;
    private byte[] current = [];
    private long currentSince;
    private Exception? failure;

    /// <summary>Makes a target.</summary>
    /// <param name="name">Its name in TestResults/fuzz.md.</param>
    public FuzzTarget(string name) => this.name = name;

    /// <summary>Bytes that a reader may allocate for any file: buffers, and what its library keeps.</summary>
    public long Allocated { get; init; } = 2 << 20;

    /// <summary>Bytes that it may allocate for each byte of the file.</summary>
    public long AllocatedPerByte { get; init; } = 1024;

    /// <summary>The folder for files; what else a reader needs may be put there before.</summary>
    public string Folder => folder;

    /// <summary>Reads damaged variants of files until the budget is spent.</summary>
    /// <param name="fileName">The file's name, since readers go by extensions.</param>
    /// <param name="seeds">Sound files; each is read once as it is.</param>
    /// <param name="read">Reads a file of that name.</param>
    public void Run(string fileName, IReadOnlyList<byte[]> seeds, Action<string> read)
    {
        var path = Path.Combine(folder, fileName);
        foreach (var seed in seeds)
        {
            File.WriteAllBytes(path, seed);
            read(path);
        }

        var watch = Stopwatch.StartNew();
        var reader = new Thread(() => ReadAll(path, seeds, read)) { IsBackground = true, Name = $"fuzz {name}" };
        currentSince = Stopwatch.GetTimestamp();
        reader.Start();
        while (!reader.Join(200))
        {
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref currentSince)) > LongestRead)
            {
                Fail($"did not end within {LongestRead.TotalSeconds} s");
            }
        }

        if (failure is not null)
        {
            Fail(failure.ToString());
        }

        Report(watch.Elapsed);
        Assert.True(inputs > 0 && refused > 0, $"{name}: {inputs} inputs, {refused} refused: the target tests nothing.");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void ReadAll(string path, IReadOnlyList<byte[]> seeds, Action<string> read)
    {
        var mutations = new FileMutations(new Random(Setting("IFGUIDE_FUZZ_SEED", 1)), seeds);
        var budget = TimeSpan.FromMilliseconds(Setting("IFGUIDE_FUZZ_SECONDS", 0) is > 0 and var seconds ? seconds * 1000 : 1500);
        var watch = Stopwatch.StartNew();
        var files = Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Length;
        try
        {
            while (watch.Elapsed < budget)
            {
                current = mutations.Next();
                Volatile.Write(ref currentSince, Stopwatch.GetTimestamp());
                File.WriteAllBytes(path, current);
                ReadOne(path, read);
                inputs++;
                Assert.Equal(files, Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Length);
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }
    }

    private void ReadOne(string path, Action<string> read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read(path);
        }
        catch (Exception refusal) when (refusal is UserErrorException or InvalidDataException)
        {
            refused++;
            Assert.InRange(refusal.Message.Length, 1, 20_000);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        largestAllocation = Math.Max(largestAllocation, allocated);
        var bound = Allocated + (AllocatedPerByte * current.Length);
        Assert.True(allocated <= bound, $"allocated {allocated} bytes for a file of {current.Length}; {bound} are the bound.");
    }

    private void Fail(string why)
    {
        var kept = Path.Combine(Results(), $"fuzz-failure-{name.Replace(' ', '-').Replace('/', '-')}.bin");
        File.WriteAllBytes(kept, current);
        Assert.Fail($"{name}, input {inputs} ({current.Length} bytes, kept as {kept}): {why}");
    }

    /// <remarks>Test projects run one after another or side by side; each target has a row of its own.</remarks>
    private void Report(TimeSpan elapsed)
    {
        lock (ReportLock)
        {
            var rows = Directory.CreateDirectory(Path.Combine(Results(), "fuzz")).FullName;
            var row = string.Create(CultureInfo.InvariantCulture, $"| {name} | {inputs:N0} | {refused:N0} | {elapsed.TotalSeconds:F1} | {largestAllocation / 1024.0 / 1024.0:F1} |");
            File.WriteAllText(Path.Combine(rows, name.Replace(' ', '-').Replace('/', '-')), row);
            string[] table = ["| target | inputs | refused | seconds | most MiB allocated for one |", "| --- | --- | --- | --- | --- |", .. Directory.GetFiles(rows).Order(StringComparer.Ordinal).Select(File.ReadAllText)];
            File.WriteAllText(Path.Combine(Results(), "fuzz.md"), string.Join('\n', table) + "\n");
            TestContext.Current.TestOutputHelper?.WriteLine(row);
        }
    }

    private static string Results() => Directory.CreateDirectory(Path.Combine(Checkout.Root, "TestResults")).FullName;

    private static int Setting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
