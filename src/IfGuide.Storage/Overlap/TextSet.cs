namespace IfGuide.Storage.Overlap;

/// <summary>Texts of one purpose.</summary>
/// <param name="Name">The key of the run file that names them, e.g. <c>queries.toxic</c>.</param>
/// <param name="Texts">The texts, in order.</param>
/// <param name="ByPrompt">
/// Whether the corpus is searched for the prompt alone and not for the whole text: a model is asked to continue it.
/// </param>
public sealed record TextSet(string Name, IReadOnlyList<ComparedText> Texts, bool ByPrompt = false)
{
    /// <summary>What of each text is searched for in the corpus.</summary>
    internal IEnumerable<string> Sought => Texts.Select(text => ByPrompt ? text.Prompt : text.Whole);
}
