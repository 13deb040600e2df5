namespace IfGuide.Abstractions.Rules.Grammar;

/// <summary>A piece of what somebody wrote, or of an object that a program made: a word, a list or a mapping.</summary>
/// <param name="Line">Line of its first character, from 1; 0: it stands in no file.</param>
internal abstract record Node(long Line);
