using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IfGuide.Measures.Sources;

/// <summary>What a file declares: types, members, parameters, names, and its namespace.</summary>
public static class Declarations
{
    /// <summary>Types, delegates included, that are not nested in another type.</summary>
    public static IEnumerable<MemberDeclarationSyntax> ReadTopTypes(SourceFile file) =>
        ReadMembers(file).Where(member => IsType(member) && member.Parent is not BaseTypeDeclarationSyntax);

    /// <summary>Classes that are not abstract, each with whether it is sealed or static. Of a partial class the part that says so counts.</summary>
    public static IEnumerable<bool> ReadSealing(IEnumerable<SourceFile> files)
    {
        var classes = files.SelectMany(ReadMembers).OfType<TypeDeclarationSyntax>()
            .Where(type => type.Kind() is SyntaxKind.ClassDeclaration or SyntaxKind.RecordDeclaration);
        var whole = classes.GroupBy(type => (GetNamespace(type), type.Identifier.Text, type.Arity));
        return whole.Where(parts => !parts.Any(part => Has(part, SyntaxKind.AbstractKeyword)))
            .Select(parts => parts.Any(part => Has(part, SyntaxKind.SealedKeyword) || Has(part, SyntaxKind.StaticKeyword)));
    }

    /// <summary>Public types and their public members, each with whether it has a documentation comment.</summary>
    public static IEnumerable<(MemberDeclarationSyntax Member, bool IsDocumented)> ReadPublic(SourceFile file) =>
        ReadMembers(file).Where(IsPublic).Select(member => (member, IsDocumented(member)));

    /// <summary>Numbers of parameters of methods, local functions and delegates.</summary>
    public static IEnumerable<int> ReadParameterCounts(SourceFile file)
    {
        foreach (var node in file.Tree.GetRoot().DescendantNodes())
        {
            switch (node)
            {
                case MethodDeclarationSyntax method: yield return method.ParameterList.Parameters.Count; break;
                case LocalFunctionStatementSyntax local: yield return local.ParameterList.Parameters.Count; break;
            }
        }
    }

    /// <summary>Numbers of parameters of constructors and of primary constructors of classes.</summary>
    public static IEnumerable<int> ReadConstructorParameterCounts(SourceFile file)
    {
        foreach (var member in ReadMembers(file))
        {
            switch (member)
            {
                case ConstructorDeclarationSyntax constructor: yield return constructor.ParameterList.Parameters.Count; break;
                case ClassDeclarationSyntax { ParameterList: { } primary }: yield return primary.Parameters.Count; break;
            }
        }
    }

    /// <summary>Names of the methods, overrides left out, each with whether it is a single word.</summary>
    public static IEnumerable<(string Name, bool IsOneWord)> ReadMethodNames(SourceFile file)
    {
        var methods = ReadMembers(file).OfType<MethodDeclarationSyntax>();
        var named = methods.Where(method => !Has(method, SyntaxKind.OverrideKeyword));
        return named.Select(method => (method.Identifier.Text, IsOneWord(method.Identifier.Text)));
    }

    /// <summary>True when each namespace of the file is the project's name followed by the folder's; a file without one has nothing to deviate.</summary>
    public static bool HasNamespaceOfFolder(SourceFile file)
    {
        var expected = file.Folder == "." ? file.Project : $"{file.Project}.{file.Folder.Replace('/', '.')}";
        var declared = file.Tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>();
        return declared.All(space => space.Name.ToString() == expected);
    }

    private static IEnumerable<MemberDeclarationSyntax> ReadMembers(SourceFile file)
    {
        var nodes = file.Tree.GetRoot().DescendantNodes(node => node is not (StatementSyntax or ExpressionSyntax));
        return nodes.OfType<MemberDeclarationSyntax>();
    }

    private static bool IsType(MemberDeclarationSyntax member) =>
        member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax;

    private static bool Has(MemberDeclarationSyntax member, SyntaxKind modifier) => member.Modifiers.Any(modifier);

    private static string GetNamespace(SyntaxNode node)
    {
        var names = node.Ancestors().Select(ancestor => ancestor switch
        {
            BaseNamespaceDeclarationSyntax space => space.Name.ToString(),
            BaseTypeDeclarationSyntax type => type.Identifier.Text,
            _ => null,
        });
        return string.Join('.', names.Where(name => name is not null).Reverse());
    }

    private static bool IsPublic(MemberDeclarationSyntax member)
    {
        if (member is BaseNamespaceDeclarationSyntax or GlobalStatementSyntax || Has(member, SyntaxKind.OverrideKeyword))
        {
            return false;
        }

        var around = member.Ancestors().OfType<BaseTypeDeclarationSyntax>().FirstOrDefault();
        var isOfInterface = around is InterfaceDeclarationSyntax && !Has(member, SyntaxKind.PrivateKeyword);
        var isImplied = member is EnumMemberDeclarationSyntax || isOfInterface;
        return (isImplied || Has(member, SyntaxKind.PublicKeyword)) && (around is null || IsPublic(around));
    }

    private static bool IsDocumented(MemberDeclarationSyntax member) =>
        member.GetLeadingTrivia().Any(trivia => trivia.HasStructure && trivia.GetStructure() is DocumentationCommentTriviaSyntax);

    private static bool IsOneWord(string name) => name.Skip(1).All(character => !char.IsUpper(character));
}
