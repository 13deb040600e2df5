using IfGuide.Measures.Sources;

namespace IfGuide.Measures.Arrows;

/// <summary>The arrows of <c>src</c>, between files and between the folders of each project.</summary>
public sealed class House
{
    private readonly SourceCompilation compilation;
    private readonly Dictionary<string, SourceFile> files;

    private House(SourceCompilation compilation)
    {
        this.compilation = compilation;
        files = compilation.Files.ToDictionary(file => file.Path);
        Arrows = ArrowReader.Read(compilation);
    }

    /// <summary>All arrows between files of <c>src</c>.</summary>
    public IReadOnlyList<Arrow> Arrows { get; }

    /// <summary>Names of the projects, in the order of the alphabet.</summary>
    public IEnumerable<string> Projects => files.Values.Select(file => file.Project).Distinct().Order(StringComparer.Ordinal);

    /// <summary>Compiles <c>src</c> and finds its arrows: about ten seconds.</summary>
    public static House Read(Checkout checkout) => new(SourceCompilation.Create(checkout));

    /// <summary>What could not be bound; arrows from there may be missing.</summary>
    public IReadOnlyList<string> ReadErrors() => compilation.ReadErrors();

    /// <summary>The folders of <paramref name="project"/> and which uses which; folders are named as in <see cref="SourceFile.Folder"/>.</summary>
    public Graph GetFolders(string project)
    {
        var graph = new Graph(files.Values.Where(file => file.Project == project).Select(file => file.Folder));
        foreach (var arrow in GetInnerArrows(project))
        {
            graph.Add(files[arrow.From].Folder, files[arrow.To].Folder);
        }

        return graph;
    }

    /// <summary>The files of <paramref name="project"/> and which uses which.</summary>
    public Graph GetFiles(string project)
    {
        var graph = new Graph(files.Values.Where(file => file.Project == project).Select(file => file.Path));
        foreach (var arrow in GetInnerArrows(project))
        {
            graph.Add(arrow.From, arrow.To);
        }

        return graph;
    }

    /// <summary>The other projects that <paramref name="project"/> uses by name of a type.</summary>
    public IEnumerable<string> GetUsedProjects(string project)
    {
        var used = Arrows.Where(arrow => files[arrow.From].Project == project).Select(arrow => files[arrow.To].Project);
        return used.Where(other => other != project).Distinct().Order(StringComparer.Ordinal);
    }

    /// <summary>The arrows from one folder of <paramref name="project"/> to another.</summary>
    public IEnumerable<Arrow> GetArrows(string project, string from, string to) =>
        GetInnerArrows(project).Where(arrow => files[arrow.From].Folder == from && files[arrow.To].Folder == to);

    private IEnumerable<Arrow> GetInnerArrows(string project) =>
        Arrows.Where(arrow => files[arrow.From].Project == project && files[arrow.To].Project == project);
}
