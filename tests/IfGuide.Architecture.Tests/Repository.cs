using System.Diagnostics;

namespace IfGuide.Architecture.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] BinaryExtensions = [".npy", ".npz", ".safetensors", ".png", ".gz", ".zst", ".bin", ".pt", ".parquet", ".snk"];

    public static string Root { get; } = FindRoot();

    /// <summary>Paths, relative to the root, of everything that git tracks or would add.</summary>
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    public static IEnumerable<string> TextFiles => Files.Where(file => !BinaryExtensions.Contains(Path.GetExtension(file)));

    public static IEnumerable<string> Code(string folder) => Files.Where(file => file.StartsWith(folder + "/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "IfGuide.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No IfGuide.sln above '{AppContext.BaseDirectory}': run these tests from a checkout.");
    }

    private static List<string> ListFiles()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(file => File.Exists(Path.Combine(Root, file)))];
    }
}
