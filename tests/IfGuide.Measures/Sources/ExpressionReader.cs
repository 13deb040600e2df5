using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IfGuide.Measures.Sources;

/// <summary>Finds the expressions that are slow to read: <c>?:</c> and long chains of calls.</summary>
public static class ExpressionReader
{
    private const int LongChain = 4;

    /// <summary>The conditional expressions of <paramref name="file"/>, in the order of the text.</summary>
    public static IEnumerable<Conditional> ReadConditionals(SourceFile file)
    {
        foreach (var node in file.Tree.GetRoot().DescendantNodes().OfType<ConditionalExpressionSyntax>())
        {
            var isNested = node.Ancestors().Any(ancestor => ancestor is ConditionalExpressionSyntax);
            var text = string.Join(' ', node.ToString().Split('\n', StringSplitOptions.TrimEntries));
            yield return new Conditional(file.GetLine(node), isNested, text);
        }
    }

    /// <summary>Lines, from 1, on which a chain of at least four calls begins: <c>a.B().C().D().E()</c>.</summary>
    public static IEnumerable<int> ReadChains(SourceFile file)
    {
        var calls = file.Tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>();
        return calls.Where(call => !IsLink(call) && MeasureChain(call) >= LongChain).Select(file.GetLine);
    }

    private static bool IsLink(InvocationExpressionSyntax call) =>
        call.Parent is MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax } access && access.Expression == call;

    private static int MeasureChain(InvocationExpressionSyntax call)
    {
        var length = 1;
        while (call.Expression is MemberAccessExpressionSyntax { Expression: InvocationExpressionSyntax inner })
        {
            call = inner;
            length++;
        }

        return length;
    }
}
