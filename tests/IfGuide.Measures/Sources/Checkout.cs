using System.Diagnostics;

namespace IfGuide.Measures.Sources;

/// <summary>The files of one checkout of the repository, as git sees them.</summary>
public sealed class Checkout
{
    private Checkout(string root)
    {
        Root = root;
        Files = ListFiles(root);
    }

    /// <summary>The checkout's folder, absolute.</summary>
    public string Root { get; }

    /// <summary>Paths, relative to <see cref="Root"/>, of everything that git tracks or would add and that exists.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Opens the checkout at <paramref name="root"/>.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder holds no IfGuide.sln.</exception>
    public static Checkout Open(string root)
    {
        if (!File.Exists(Path.Combine(root, "IfGuide.sln")))
        {
            throw new DirectoryNotFoundException($"'{root}' holds no IfGuide.sln; name the top folder of a checkout.");
        }

        return new Checkout(Path.GetFullPath(root));
    }

    /// <summary>Opens the checkout that this program was built in.</summary>
    /// <exception cref="DirectoryNotFoundException">No folder above the program holds an IfGuide.sln.</exception>
    public static Checkout FindOwn()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "IfGuide.sln")))
            {
                return new Checkout(folder.FullName);
            }
        }

        throw new DirectoryNotFoundException(
            $"No IfGuide.sln above '{AppContext.BaseDirectory}'; build and run this in a checkout.");
    }

    /// <summary>C# files below <paramref name="folder"/>, as paths relative to <see cref="Root"/>.</summary>
    public IEnumerable<string> FindCode(string folder)
    {
        var prefix = folder.TrimEnd('/') + "/";
        var inside = Files.Where(file => file.StartsWith(prefix, StringComparison.Ordinal));
        return inside.Where(file => file.EndsWith(".cs", StringComparison.Ordinal));
    }

    /// <summary>The text of a file of the checkout.</summary>
    public string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static List<string> ListFiles(string root)
    {
        string[] arguments = ["-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"];
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = root, RedirectStandardOutput = true };
        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        if (git.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"'git ls-files' in '{root}' ended with exit code {git.ExitCode}; its message stands above.");
        }

        var files = output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return [.. files.Where(file => File.Exists(Path.Combine(root, file)))];
    }
}
