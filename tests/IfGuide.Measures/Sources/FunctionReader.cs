using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IfGuide.Measures.Sources;

/// <summary>Finds and measures the functions of a file.</summary>
public static class FunctionReader
{
    /// <summary>The functions of <paramref name="file"/>, in the order of the text. Functions without a body are left out.</summary>
    public static IEnumerable<Function> Read(SourceFile file)
    {
        foreach (var node in file.Tree.GetRoot().DescendantNodes())
        {
            var (name, body) = FindBody(node);
            if (body is not null)
            {
                yield return Measure(file, name, body);
            }
        }
    }

    private static (string Name, SyntaxNode? Body) FindBody(SyntaxNode node)
    {
        switch (node)
        {
            case BaseMethodDeclarationSyntax method: return (GetName(method), Choose(method.Body, method.ExpressionBody));
            case LocalFunctionStatementSyntax local: return (local.Identifier.Text, Choose(local.Body, local.ExpressionBody));
            case AccessorDeclarationSyntax accessor: return (GetName(accessor), Choose(accessor.Body, accessor.ExpressionBody));
            case PropertyDeclarationSyntax property: return (property.Identifier.Text, property.ExpressionBody);
            case IndexerDeclarationSyntax indexer: return ("this[]", indexer.ExpressionBody);
            default: return (string.Empty, null);
        }
    }

    private static SyntaxNode? Choose(BlockSyntax? block, ArrowExpressionClauseSyntax? arrow) => (SyntaxNode?)block ?? arrow;

    private static Function Measure(SourceFile file, string name, SyntaxNode body)
    {
        var span = file.Tree.GetLineSpan(body.Span);
        var lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
        if (body is BlockSyntax)
        {
            lines = Math.Max(lines - 2, 1);
        }

        var complexity = ControlFlow.MeasureComplexity(body);
        var nesting = ControlFlow.MeasureNesting(body);
        return new Function(name, span.StartLinePosition.Line + 1, lines, body.DescendantTokens().Count(), complexity, nesting);
    }

    private static string GetName(BaseMethodDeclarationSyntax method) => method switch
    {
        MethodDeclarationSyntax named => named.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        _ => method.Kind().ToString(),
    };

    private static string GetName(AccessorDeclarationSyntax accessor) => accessor.Parent?.Parent switch
    {
        PropertyDeclarationSyntax property => $"{property.Identifier.Text}.{accessor.Keyword.Text}",
        _ => $"this[].{accessor.Keyword.Text}",
    };
}
