namespace IfGuide.Storage.Queries;

/// <summary>One query: a continuation whose loss is measured, behind the prompt that it continues.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Completion">The continuation.</param>
/// <param name="Tokens">Tokens of both, encoded as one text and cut on the right.</param>
/// <param name="FirstLabel">
/// First token that carries loss: the first with a byte of the continuation, but never the first of all, which nothing predicts.
/// </param>
/// <param name="Line">Its line in the file, from 1.</param>
public sealed record Query(string Prompt, string Completion, ReadOnlyMemory<int> Tokens, int FirstLabel, long Line);
