using IfGuide.Measures.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IfGuide.Measures.Arrows;

/// <summary>
/// Finds which files use which. Each identifier is bound; the type that it names, or whose member it names, is used.
/// A type counts with or without a <c>using</c>; directives and documentation comments do not count.
/// </summary>
public static class ArrowReader
{
    /// <summary>All arrows between two files of <paramref name="compilation"/>, one for each pair of files and type.</summary>
    public static IReadOnlyList<Arrow> Read(SourceCompilation compilation) =>
        [.. compilation.Files.AsParallel().AsOrdered().SelectMany(file => Read(compilation, file))];

    private static IReadOnlyList<Arrow> Read(SourceCompilation compilation, SourceFile file)
    {
        var model = compilation.GetModel(file);
        var arrows = new Dictionary<(string To, string Type), Arrow>();
        foreach (var node in file.Tree.GetRoot().DescendantNodes(node => node is not UsingDirectiveSyntax).Where(NamesSomething))
        {
            foreach (var type in FindTypes(model.GetSymbolInfo(node)))
            {
                foreach (var to in FindOtherFiles(type, file))
                {
                    arrows.TryAdd((to, type.Name), new Arrow(file.Path, to, type.Name, file.GetLine(node)));
                }
            }
        }

        return [.. arrows.Values];
    }

    private static bool NamesSomething(SyntaxNode node) => node is SimpleNameSyntax or ImplicitObjectCreationExpressionSyntax;

    private static List<string> FindOtherFiles(INamedTypeSymbol type, SourceFile file)
    {
        var declaring = type.DeclaringSyntaxReferences.Select(reference => reference.SyntaxTree.FilePath).Distinct().ToList();
        if (declaring.Contains(file.Path))
        {
            return [];
        }

        return declaring;
    }

    private static IEnumerable<INamedTypeSymbol> FindTypes(SymbolInfo info)
    {
        var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
        var type = symbol switch
        {
            INamedTypeSymbol named => named,
            IMethodSymbol { ReducedFrom: { } extension } => extension.ContainingType,
            IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol => symbol.ContainingType,
            _ => null,
        };
        for (; type is not null; type = type.ContainingType)
        {
            yield return type.OriginalDefinition;
        }
    }
}
