using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace IfGuide.Measures.Sources;

/// <summary>Reads the lines of a file that hold code: neither blank nor comment only.</summary>
public static class LineReader
{
    /// <summary>The lines of code of <paramref name="file"/>, in their order. A line inside a raw string counts.</summary>
    public static IReadOnlyList<CodeLine> Read(SourceFile file)
    {
        var text = file.Tree.GetText();
        var isMessage = new SortedDictionary<int, bool>();
        foreach (var token in file.Tree.GetRoot().DescendantTokens().Where(token => !token.Span.IsEmpty))
        {
            var (first, last) = FindLines(text, token.Span);
            for (var line = first; line <= last; line++)
            {
                isMessage[line] = isMessage.GetValueOrDefault(line, true) && MayStandInMessage(token);
            }
        }

        return [.. isMessage.Select(pair => new CodeLine(pair.Key + 1, text.Lines[pair.Key].Span.Length, pair.Value))];
    }

    private static (int First, int Last) FindLines(SourceText text, TextSpan span) =>
        (text.Lines.GetLineFromPosition(span.Start).LineNumber, text.Lines.GetLineFromPosition(span.End - 1).LineNumber);

    private static bool MayStandInMessage(SyntaxToken token)
    {
        var isString = token.Parent is LiteralExpressionSyntax literal && literal.IsKind(SyntaxKind.StringLiteralExpression);
        return isString || SyntaxFacts.IsPunctuation(token.Kind()) || IsInInterpolation(token);
    }

    private static bool IsInInterpolation(SyntaxToken token)
    {
        var around = token.Parent!.AncestorsAndSelf().TakeWhile(node => node is not StatementSyntax);
        return around.Any(node => node is InterpolatedStringExpressionSyntax);
    }
}
