using System.Globalization;

namespace IfGuide.Numerics.Selection;

/// <summary>A selection of whole documents by their influence, what the paper compares token-wise selection with.</summary>
public sealed record DocumentSelection
{
    /// <summary>For each document, whether it is selected.</summary>
    public required bool[] Chosen { get; init; }

    /// <summary>Documents with positive influence.</summary>
    public required long Candidates { get; init; }

    /// <summary>Tokens of the selected documents; at most the budget.</summary>
    public required long SelectedTokens { get; init; }

    /// <summary>Whether a document with positive influence did not fit the budget.</summary>
    public required bool StoppedOnBudget { get; init; }

    /// <summary>Takes documents by descending influence, ties by ascending index, each where it still fits; those that do not raise the queries' likelihood are never taken.</summary>
    /// <param name="influences">Sum of each document's token scores: the influence of learning all of it.</param>
    /// <param name="tokens">Tokens with a label of each document.</param>
    /// <param name="budget">Largest number of selected tokens; at least 0.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or the budget is negative.</exception>
    /// <exception cref="InvalidDataException">An influence is not finite.</exception>
    public static DocumentSelection Select(IReadOnlyList<double> influences, IReadOnlyList<int> tokens, long budget)
    {
        ArgumentNullException.ThrowIfNull(influences);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentOutOfRangeException.ThrowIfNotEqual(tokens.Count, influences.Count);
        ArgumentOutOfRangeException.ThrowIfNegative(budget);
        for (var document = 0; document < influences.Count; document++)
        {
            if (!double.IsFinite(influences[document]))
            {
                throw new InvalidDataException(
                    $"The scores of document {document} of the corpus, counted from 0, sum to {influences[document].ToString(CultureInfo.InvariantCulture)}: expected a finite number; "
                    + "see whether the model's weights or the damping made its gradient overflow.");
            }
        }

        var candidates = Enumerable.Range(0, influences.Count).Where(document => influences[document] > 0).OrderByDescending(document => influences[document]).ToArray(); // a stable sort
        var chosen = new bool[influences.Count];
        long selected = 0;
        foreach (var document in candidates.Where(document => selected + tokens[document] <= budget))
        {
            chosen[document] = true;
            selected += tokens[document];
        }

        return new DocumentSelection { Chosen = chosen, Candidates = candidates.Length, SelectedTokens = selected, StoppedOnBudget = candidates.Any(document => !chosen[document]) };
    }
}
