namespace IfGuide.Storage.Corpora;

/// <summary>A range of a text, end exclusive.</summary>
/// <param name="Start">First unit.</param>
/// <param name="End">The unit behind the last one.</param>
public readonly record struct TextSpan(int Start, int End)
{
    /// <summary>Units in the range.</summary>
    public int Length => End - Start;
}
