using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace IfGuide.Measures.Sources;

/// <summary>One C# file, parsed.</summary>
public sealed class SourceFile
{
    private static readonly string[] Symbols = ["NET", "NET10_0", "NET10_0_OR_GREATER"];
    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.CSharp14, preprocessorSymbols: Symbols);

    private SourceFile(string path, SourceText text)
    {
        Path = path;
        Tree = CSharpSyntaxTree.ParseText(text, ParseOptions, path);
        CodeLines = CountCodeLines();
    }

    /// <summary>Relative to the checkout, with slashes: <c>src/IfGuide.Storage/Npy/NpyHeader.cs</c>.</summary>
    public string Path { get; }

    /// <summary>The syntax tree; its file path is <see cref="Path"/>.</summary>
    public SyntaxTree Tree { get; }

    /// <summary>
    /// Lines on which a token other than punctuation begins. Blank lines, comments, braces alone, <c>using</c> directives
    /// and the inner lines of raw strings do not count. All figures "per 1,000" are per 1,000 of these.
    /// </summary>
    public int CodeLines { get; }

    /// <summary>All lines, counted as an editor does.</summary>
    public int Lines
    {
        get
        {
            var lines = Tree.GetText().Lines;
            return lines[^1].Span.IsEmpty ? lines.Count - 1 : lines.Count;
        }
    }

    /// <summary><c>src</c> or <c>tests</c>.</summary>
    public string Area => Path.Split('/')[0];

    /// <summary>The project's folder below the area: <c>IfGuide.Storage</c>.</summary>
    public string Project => Path.Split('/')[1];

    /// <summary>The folder inside the project, <c>Corpora/Parquet</c>; <c>.</c> for the project's own.</summary>
    public string Folder
    {
        get
        {
            var parts = Path.Split('/');
            return parts.Length > 3 ? string.Join('/', parts[2..^1]) : ".";
        }
    }

    /// <summary>Parses a file of a checkout.</summary>
    public static SourceFile Read(Checkout checkout, string path) => Parse(path, checkout.Read(path));

    /// <summary>Parses <paramref name="text"/> under the path <paramref name="path"/>.</summary>
    public static SourceFile Parse(string path, string text) => new(path, SourceText.From(text, System.Text.Encoding.UTF8));

    /// <summary>The line, from 1, on which <paramref name="node"/> begins.</summary>
    public int GetLine(SyntaxNode node) => Tree.GetLineSpan(node.Span).StartLinePosition.Line + 1;

    private int CountCodeLines()
    {
        var tokens = Tree.GetRoot().DescendantTokens(node => node is not UsingDirectiveSyntax);
        var telling = tokens.Where(token => !token.Span.IsEmpty && !SyntaxFacts.IsPunctuation(token.Kind()));
        return telling.Select(token => Tree.GetLineSpan(token.Span).StartLinePosition.Line).Distinct().Count();
    }
}
