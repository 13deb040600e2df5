using System.Globalization;

namespace IfGuide.EndToEnd.BigCorpus;

/// <summary>A control group whose processes get no more memory than a limit, page cache included; version 2 or 1 of the kernel's interface, for root.</summary>
internal sealed class MemoryGroup : IDisposable
{
    private readonly string folder;
    private readonly string peak;

    private MemoryGroup(string folder, string limit, string peak, long bytes)
    {
        this.folder = folder;
        this.peak = Path.Combine(folder, peak);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, limit), bytes.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Makes a group.</summary>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public static MemoryGroup Create(long bytes)
    {
        const string root = "/sys/fs/cgroup";
        var name = string.Create(CultureInfo.InvariantCulture, $"ifguide-{Environment.ProcessId}-{Guid.NewGuid():N}");
        if (File.Exists($"{root}/cgroup.controllers"))
        {
            File.WriteAllText($"{root}/cgroup.subtree_control", "+memory");
            return new MemoryGroup($"{root}/{name}", "memory.max", "memory.peak", bytes);
        }

        var own = File.ReadLines("/proc/self/cgroup").Select(line => line.Split(':', 3)).First(parts => parts[1].Split(',').Contains("memory"))[2];
        return new MemoryGroup($"{root}/memory{(own == "/" ? string.Empty : own)}/{name}", "memory.limit_in_bytes", "memory.max_usage_in_bytes", bytes);
    }

    /// <summary>The file that takes processes.</summary>
    public string Processes => Path.Combine(folder, "cgroup.procs");

    /// <summary>Most bytes that were charged at once, page cache included, which the kernel takes back under the limit.</summary>
    public long? Peak => File.Exists(peak) ? long.Parse(File.ReadAllText(peak), CultureInfo.InvariantCulture) : null;

    public void Dispose() => Directory.Delete(folder);
}
