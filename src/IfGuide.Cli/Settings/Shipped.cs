namespace IfGuide.Cli.Settings;

/// <summary>Files that ship with IfGuide: beside the program, or in the checkout that it was built from.</summary>
internal static class Shipped
{
    /// <summary>Looks for a file.</summary>
    /// <param name="path">Its path in the folder deploy.</param>
    /// <returns>Its whole path; null: it is not there.</returns>
    public static string? Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            foreach (var candidate in new[] { path, Path.Combine("deploy", path) })
            {
                if (Path.Combine(folder.FullName, candidate) is var whole && File.Exists(whole))
                {
                    return whole;
                }
            }
        }

        return null;
    }
}
