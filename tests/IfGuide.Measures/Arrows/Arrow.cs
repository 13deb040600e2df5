namespace IfGuide.Measures.Arrows;

/// <summary>One file uses a type that another file declares.</summary>
/// <param name="From">Path of the file that uses it.</param>
/// <param name="To">Path of a file that declares it.</param>
/// <param name="Type">The type's name.</param>
/// <param name="Line">Where in <paramref name="From"/> it is first used, from 1.</param>
public sealed record Arrow(string From, string To, string Type, int Line);
