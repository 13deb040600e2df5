using IfGuide.Measures.Sources;

namespace IfGuide.Measures.Reports;

/// <summary>Lists what breaks a limit, one line each: <c>file:line: measure text</c>, worst first where there is a worst.</summary>
public static class Offenders
{
    /// <summary>Statements of more than <see cref="Limits.StatementTokens"/> own tokens.</summary>
    public static IEnumerable<string> ListStatements(IEnumerable<SourceFile> files)
    {
        var found = from file in files
                    from statement in StatementReader.Read(file)
                    where statement.IsTooLong
                    orderby statement.OwnTokens descending
                    select $"{file.Path}:{statement.Line}: {statement.OwnTokens} tokens: {statement.Start}";
        return found;
    }

    /// <summary>Lines of code of more than <see cref="Limits.LineLength"/> characters that hold more than a message.</summary>
    public static IEnumerable<string> ListLines(IEnumerable<SourceFile> files)
    {
        var found = from file in files
                    from line in LineReader.Read(file)
                    where line.IsTooLong
                    orderby line.Length descending
                    select $"{file.Path}:{line.Line}: {line.Length} characters";
        return found;
    }

    /// <summary>Functions of more than <see cref="Limits.FunctionTokens"/> tokens.</summary>
    public static IEnumerable<string> ListFunctions(IEnumerable<SourceFile> files)
    {
        var found = from file in files
                    from function in FunctionReader.Read(file)
                    where function.Tokens > Limits.FunctionTokens
                    orderby function.Tokens descending
                    select $"{file.Path}:{function.Line}: {function}";
        return found;
    }

    /// <summary>All <c>?:</c>, the nested first.</summary>
    public static IEnumerable<string> ListConditionals(IEnumerable<SourceFile> files)
    {
        var found = from file in files
                    from conditional in ExpressionReader.ReadConditionals(file)
                    orderby conditional.IsNested descending
                    select $"{file.Path}:{conditional.Line}: {conditional}";
        return found;
    }

    /// <summary>Folders with their numbers of files, fullest first.</summary>
    public static IEnumerable<string> ListFolders(IEnumerable<SourceFile> files)
    {
        var folders = files.GroupBy(file => $"{file.Area}/{file.Project}/{file.Folder}");
        return folders.OrderByDescending(folder => folder.Count()).Select(folder => $"{folder.Count(),3} {folder.Key}");
    }
}
