namespace IfGuide.Abstractions;

/// <summary>Number and word of each stage, alike in progress bars, reports, run files and documentation (CONTRACT section 3).</summary>
public static class StageWords
{
    private static readonly string[] Words =
        ["prepare", "train-proxy", "covariance", "eigenbasis", "lambda", "query", "score", "select", "train", "evaluate", "report"];

    /// <summary>Every stage's word, in order.</summary>
    public static IReadOnlyList<string> All => Words;

    /// <summary>The stage's number: 0 for the preparation, then 1 to 10.</summary>
    /// <param name="stage">The stage.</param>
    public static int Number(this Stage stage) => (int)stage;

    /// <summary>The stage's word, as users type it.</summary>
    /// <param name="stage">The stage.</param>
    public static string Word(this Stage stage) => Words[(int)stage];

    /// <summary>The stage of a word.</summary>
    /// <param name="word">The word.</param>
    /// <exception cref="ArgumentException">No stage has that word.</exception>
    public static Stage Parse(string word)
    {
        var index = Array.IndexOf(Words, word);
        if (index < 0)
        {
            throw new ArgumentException($"There is no stage '{word}'; there are {string.Join(", ", Words)}.", nameof(word));
        }

        return (Stage)index;
    }
}
