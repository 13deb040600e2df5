namespace IfGuide.Measures;

/// <summary>One list that the program can print.</summary>
internal sealed record SourceList(string Option, string Description, Func<SourceSet, IEnumerable<string>> Print);
