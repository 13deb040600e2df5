namespace IfGuide.Storage.Tests.Support;

/// <summary>Files of the checkout that tests read.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Goldens(string path) => Path.Combine(Root, "tests", "Goldens", path);

    public static string Quickstart(string name) => Path.Combine(Root, "deploy", "quickstart", "data", name);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "IfGuide.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The tests read golden files and run inside a checkout.");
    }
}
