namespace IfGuide.Numerics.Training;

/// <summary>Room for one sequence.</summary>
/// <remarks>Token ids and labels must be written. Every token starts attended and unselected.</remarks>
/// <param name="inputIds">Token ids.</param>
/// <param name="labels">The token each position should have been predicted as; −100 carries no loss.</param>
/// <param name="attended">False for padding.</param>
/// <param name="selected">True for tokens to suppress, at their own index.</param>
public readonly ref struct SequenceRow(Span<long> inputIds, Span<long> labels, Span<bool> attended, Span<bool> selected)
{
    /// <summary>Token ids.</summary>
    public Span<long> InputIds { get; } = inputIds;

    /// <summary>The token each position should have been predicted as; −100 carries no loss.</summary>
    public Span<long> Labels { get; } = labels;

    /// <summary>False for padding.</summary>
    public Span<bool> Attended { get; } = attended;

    /// <summary>True for tokens to suppress, at their own index.</summary>
    public Span<bool> Selected { get; } = selected;
}
