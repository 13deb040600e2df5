using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IfGuide.Measures.Sources;

/// <summary>
/// Finds and measures the statements of a file. A statement is a statement of the language that is not a block.
/// The expression of an expression body and the value of a field or property count as statements too;
/// where such a value is a table, each of its rows counts as one more.
/// A statement's own tokens leave out those of the statements inside it: bodies of <c>if</c>, of loops, and blocks of lambdas.
/// </summary>
/// <remarks>
/// Comparisons with other code bases count simple statements alone, with all their tokens:
/// no control statements, local functions, expression bodies or initialisers. The metric table shows both.
/// </remarks>
public static class StatementReader
{
    /// <summary>The statements of <paramref name="file"/>, in the order of the text.</summary>
    public static IEnumerable<Statement> Read(SourceFile file)
    {
        var text = file.Tree.GetText();
        foreach (var node in file.Tree.GetRoot().DescendantNodes().Where(IsStatement))
        {
            var start = text.Lines.GetLineFromPosition(node.SpanStart);
            var ownTokens = CountOwnTokens(node);
            var allTokens = node.DescendantTokens().Count();
            yield return new Statement(start.LineNumber + 1, ownTokens, allTokens, IsSimple(node), start.ToString().Trim());
        }
    }

    private static bool IsStatement(SyntaxNode node) => node switch
    {
        BlockSyntax => false,
        StatementSyntax or ArrowExpressionClauseSyntax => true,
        EqualsValueClauseSyntax value => IsInitialiser(value),
        _ => IsRow(node),
    };

    /// <summary>Tables are read row by row, and so they are counted.</summary>
    private static bool IsRow(SyntaxNode node)
    {
        if (!IsElement(node))
        {
            return false;
        }

        return node.Ancestors().FirstOrDefault(IsBoundary) switch
        {
            EqualsValueClauseSyntax value => IsInitialiser(value),
            ArrowExpressionClauseSyntax arrow => arrow.Parent is PropertyDeclarationSyntax,
            _ => false,
        };
    }

    private static bool IsElement(SyntaxNode node) => node.Parent switch
    {
        CollectionExpressionSyntax => true,
        InitializerExpressionSyntax initialiser when initialiser.IsKind(SyntaxKind.ObjectInitializerExpression) =>
            node is AssignmentExpressionSyntax { Left: ImplicitElementAccessSyntax },
        InitializerExpressionSyntax => true,
        _ => false,
    };

    private static bool IsBoundary(SyntaxNode node) =>
        node is StatementSyntax or EqualsValueClauseSyntax or ArrowExpressionClauseSyntax or MemberDeclarationSyntax;

    private static bool IsInitialiser(EqualsValueClauseSyntax value) =>
        value.Parent is PropertyDeclarationSyntax || value.Parent?.Parent?.Parent is BaseFieldDeclarationSyntax;

    private static bool IsSimple(SyntaxNode node) =>
        node is StatementSyntax && !ControlFlow.IsControl(node) && node is not LocalFunctionStatementSyntax;

    private static int CountOwnTokens(SyntaxNode statement)
    {
        var own = statement.DescendantTokens(node => node == statement || !(node is BlockSyntax || IsStatement(node)));
        return own.Count();
    }
}
