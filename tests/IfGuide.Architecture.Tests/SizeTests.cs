using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IfGuide.Architecture.Tests;

/// <summary>Files and functions stay short enough to be read in one sitting.</summary>
public sealed class SizeTests
{
    private const int LongestFile = 400;
    private const int LongestFunction = 60;

    private static readonly string[] Folders = ["src", "tests"];

    [Fact]
    public void Files_HaveAtMost400Lines()
    {
        var tooLong = from folder in Folders
                      from file in Repository.Code(folder)
                      let lines = File.ReadLines(Path.Combine(Repository.Root, file)).Count()
                      where lines > LongestFile
                      select $"{file}: {lines} lines";
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Functions_HaveAtMost60Lines()
    {
        var tooLong = from folder in Folders
                      from file in Repository.Code(folder)
                      from function in Functions(CSharpSyntaxTree.ParseText(Repository.Read(file), cancellationToken: TestContext.Current.CancellationToken))
                      where function.Lines > LongestFunction
                      select $"{file}: {function.Name} has {function.Lines} lines";
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Functions_AreFoundAndMeasured()
    {
        var tree = CSharpSyntaxTree.ParseText("class C { int F() { \n return 1; \n } int P => 2; void G() { void Local() { \n } } }", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([("F", 3), ("G", 2), ("Local", 2)], Functions(tree));
    }

    private static IEnumerable<(string Name, int Lines)> Functions(SyntaxTree tree)
    {
        foreach (var node in tree.GetRoot().DescendantNodes())
        {
            (string? name, SyntaxNode? body) = node switch
            {
                BaseMethodDeclarationSyntax method => (Name(method), (SyntaxNode?)method.Body ?? method.ExpressionBody),
                LocalFunctionStatementSyntax local => (local.Identifier.Text, (SyntaxNode?)local.Body ?? local.ExpressionBody),
                _ => (null, null),
            };
            if (name is not null && body is not null)
            {
                var span = tree.GetLineSpan(body.Span);
                yield return (name, span.EndLinePosition.Line - span.StartLinePosition.Line + 1);
            }
        }
    }

    private static string Name(BaseMethodDeclarationSyntax method) => method switch
    {
        MethodDeclarationSyntax named => named.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        _ => method.Kind().ToString(),
    };
}
