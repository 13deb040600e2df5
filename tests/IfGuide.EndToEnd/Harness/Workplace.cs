namespace IfGuide.EndToEnd.Harness;

/// <summary>A folder of its own for a test, and the checkout's files.</summary>
internal sealed class Workplace : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("ifguide-").FullName;

    /// <summary>The checkout.</summary>
    public static string Checkout { get; } = FindCheckout();

    public static string Golden(string name) => Path.Combine(Checkout, "tests/Goldens", name);

    public string this[string name] => Path.Combine(Folder, name);

    public Workplace Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this;
    }

    /// <summary>Every file below the folder, relative, sorted.</summary>
    public IReadOnlyList<string> Files() =>
        [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Folder, path)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string FindCheckout()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "IfGuide.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("No IfGuide.sln above the tests: run them from a checkout.");
        }

        return folder.FullName;
    }
}
