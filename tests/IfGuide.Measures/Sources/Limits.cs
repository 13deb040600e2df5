namespace IfGuide.Measures.Sources;

/// <summary>The bounds of the house on the size of what is read at once.</summary>
public static class Limits
{
    /// <summary>Own tokens of a statement.</summary>
    public const int StatementTokens = 60;

    /// <summary>Characters of a line of code that is not a message alone.</summary>
    public const int LineLength = 130;

    /// <summary><c>?:</c> per 1,000 lines of code, for a project.</summary>
    public const int ConditionalsPerThousand = 12;

    /// <summary>Tokens of a function, the ninth decile of a project.</summary>
    public const int FunctionTokens = 130;

    /// <summary>Files in one folder.</summary>
    public const int FilesInFolder = 20;
}
