namespace IfGuide.Numerics.Influence;

/// <summary>Every meaning of a token's score that IfGuide has.</summary>
public static class ScoreMethods
{
    /// <summary>All of them, the default first.</summary>
    public static IReadOnlyList<IScoreMethod> All { get; } = [new TokenScores(), new PositionScores(), new ReferenceScores()];

    /// <summary>The method of a name.</summary>
    /// <param name="key">Its name in a run file.</param>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static IScoreMethod Find(string key) => All.FirstOrDefault(method => method.Key == key)
        ?? throw new ArgumentException($"There are no scores '{key}'; there are {string.Join(", ", All.Select(method => method.Key))}.", nameof(key));
}
