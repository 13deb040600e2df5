namespace IfGuide.Tests.Shared;

/// <summary>Named forms in a text file under tests/Goldens: blocks of a name and indented lines. <c>tests/Goldens/update</c> rewrites what has changed.</summary>
internal sealed class PinnedFile
{
    private const string Indent = "  ";
    private static readonly Lock Gate = new();
    private readonly string path;

    public PinnedFile(string name) => path = Path.Combine(TinyRun.Repository, "tests", "Goldens", name);

    /// <summary>Whether this run of the tests writes the pinned forms instead of comparing them.</summary>
    public static bool Updating => Environment.GetEnvironmentVariable("IFGUIDE_UPDATE_GOLDENS") == "1";

    /// <summary>What to do when a form differs.</summary>
    public static string Remedy => "If the change is meant, follow src/IfGuide.Grains/README.md, 'Upgrades', then run tests/Goldens/update and review its diff.";

    /// <summary>The names that have a form.</summary>
    public IReadOnlyCollection<string> Names => Read().Keys;

    /// <summary>The lines pinned under a name; empty when there are none.</summary>
    public IReadOnlyList<string> this[string name] => Read().GetValueOrDefault(name) ?? [];

    /// <summary>Replaces the lines of a name.</summary>
    public void Write(string name, IReadOnlyList<string> lines)
    {
        lock (Gate)
        {
            var blocks = Read();
            blocks[name] = [.. lines];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, string.Join("\n", blocks.Select(block => string.Concat(block.Value.Select(line => $"{Indent}{line}\n").Prepend($"{block.Key}\n")))));
        }
    }

    private SortedDictionary<string, List<string>> Read()
    {
        var blocks = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var line in File.Exists(path) ? File.ReadAllLines(path) : [])
        {
            if (line.StartsWith(Indent, StringComparison.Ordinal))
            {
                blocks.Last().Value.Add(line[Indent.Length..]);
            }
            else if (line.Length > 0)
            {
                blocks.Add(line, []);
            }
        }

        return blocks;
    }
}
