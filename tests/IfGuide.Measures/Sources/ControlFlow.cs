using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IfGuide.Measures.Sources;

/// <summary>Branches and nesting of a body.</summary>
public static class ControlFlow
{
    private static readonly HashSet<SyntaxKind> BranchKinds =
    [
        SyntaxKind.IfStatement, SyntaxKind.WhileStatement, SyntaxKind.DoStatement, SyntaxKind.ForStatement,
        SyntaxKind.ForEachStatement, SyntaxKind.ForEachVariableStatement,
        SyntaxKind.CaseSwitchLabel, SyntaxKind.CasePatternSwitchLabel, SyntaxKind.SwitchExpressionArm, SyntaxKind.CatchClause,
        SyntaxKind.ConditionalExpression, SyntaxKind.CoalesceExpression,
        SyntaxKind.LogicalAndExpression, SyntaxKind.LogicalOrExpression, SyntaxKind.AndPattern, SyntaxKind.OrPattern,
    ];

    /// <summary>True for statements that hold other statements: branches, loops, <c>try</c>, <c>using</c>, <c>lock</c>.</summary>
    public static bool IsControl(SyntaxNode node) => node
        is IfStatementSyntax or WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax
        or SwitchStatementSyntax or TryStatementSyntax or LockStatementSyntax or UsingStatementSyntax or FixedStatementSyntax
        or UnsafeStatementSyntax;

    /// <summary>Cyclomatic complexity: 1, and 1 for each branch, loop, case, arm, catch, condition, <c>??</c>, <c>&amp;&amp;</c>, <c>||</c>, <c>and</c> and <c>or</c>.</summary>
    public static int MeasureComplexity(SyntaxNode body) => 1 + body.DescendantNodes().Count(IsBranch);

    /// <summary>The deepest chain of branches and loops; <c>else if</c> does not deepen it.</summary>
    public static int MeasureNesting(SyntaxNode body) => FindDepth(body, 0);

    private static int FindDepth(SyntaxNode node, int depth)
    {
        var deepest = depth;
        foreach (var child in node.ChildNodes())
        {
            var inside = depth;
            if (IsControl(child) && child is not IfStatementSyntax { Parent: ElseClauseSyntax })
            {
                inside++;
            }

            deepest = Math.Max(deepest, FindDepth(child, inside));
        }

        return deepest;
    }

    private static bool IsBranch(SyntaxNode node) => BranchKinds.Contains(node.Kind());
}
