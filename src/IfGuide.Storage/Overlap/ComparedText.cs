namespace IfGuide.Storage.Overlap;

/// <summary>A text that is compared with others: a query, or a prompt of the evaluation.</summary>
/// <param name="File">Its file, without folders.</param>
/// <param name="Line">Its line there, from 1.</param>
/// <param name="Prompt">What stands in front of the continuation; empty where all is one text.</param>
/// <param name="Whole">Prompt and continuation.</param>
public sealed record ComparedText(string File, long Line, string Prompt, string Whole)
{
    /// <summary>Where it stands, for messages.</summary>
    public string Place => FormattableString.Invariant($"{File}, line {Line}");
}
