using System.Reflection.PortableExecutable;
using IfGuide.Measures.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace IfGuide.Measures.Arrows;

/// <summary>
/// One compilation of all files of <c>src</c>. Source generators do not run: their partial methods are errors that are counted, not repaired.
/// Reference assemblies are those of the running program and those in the executable's output folder.
/// </summary>
public sealed class SourceCompilation
{
    private const string ImplicitUsings = """
        global using System; global using System.IO; global using System.Linq; global using System.Collections.Generic;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        global using Orleans; global using Orleans.Hosting; global using Orleans.Runtime;
        """;

    private readonly CSharpCompilation compilation;

    private SourceCompilation(IReadOnlyList<SourceFile> files, IEnumerable<MetadataReference> references)
    {
        Files = files;
        var usings = SourceFile.Parse("ImplicitUsings.cs", ImplicitUsings).Tree;
        var options = new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true)
            .WithNullableContextOptions(NullableContextOptions.Enable);
        compilation = CSharpCompilation.Create("src", files.Select(file => file.Tree).Append(usings), references, options);
    }

    /// <summary>The files compiled.</summary>
    public IReadOnlyList<SourceFile> Files { get; }

    /// <summary>Compiles all C# files of <c>src</c>.</summary>
    /// <exception cref="DirectoryNotFoundException">The executable has not been built.</exception>
    public static SourceCompilation Create(Checkout checkout)
    {
        var files = checkout.FindCode("src").Select(path => SourceFile.Read(checkout, path)).ToList();
        return new SourceCompilation(files, FindAssemblies().Select(path => MetadataReference.CreateFromFile(path)));
    }

    /// <summary>The model that binds the names of <paramref name="file"/>.</summary>
    public SemanticModel GetModel(SourceFile file) => compilation.GetSemanticModel(file.Tree);

    /// <summary>What the compiler could not bind, one line each.</summary>
    public IReadOnlyList<string> ReadErrors()
    {
        var errors = compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        return [.. errors.Select(error => error.ToString())];
    }

    private static IEnumerable<string> FindAssemblies()
    {
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var folder = FindOutputFolder();
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"'{folder}' is not there; build src/IfGuide.Cli in this configuration first.");
        }

        // The project's own assemblies are left out: their types come from source.
        var assemblies = platform.Concat(Directory.EnumerateFiles(folder, "*.dll").Order(StringComparer.Ordinal));
        return assemblies.DistinctBy(Path.GetFileName).Where(path => !IsOwn(path) && IsManaged(path));
    }

    private static string FindOutputFolder()
    {
        // tests/PROJECT/bin/CONFIGURATION/FRAMEWORK
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Checkout.FindOwn().Root, "src", "IfGuide.Cli", "bin", own.Parent!.Name, own.Name);
    }

    private static bool IsOwn(string path) => Path.GetFileName(path).StartsWith("ifguide", StringComparison.OrdinalIgnoreCase);

    private static bool IsManaged(string path)
    {
        using var stream = File.OpenRead(path);
        using var reader = new PEReader(stream);
        return reader.HasMetadata;
    }
}
