namespace IfGuide.Numerics.Training;

/// <summary>Training sequences of equal length by index; the corpus need not be in memory.</summary>
public interface ISequenceSource
{
    /// <summary>Number of sequences.</summary>
    long Count { get; }

    /// <summary>Tokens per sequence, padding included.</summary>
    int Length { get; }

    /// <summary>Writes one sequence.</summary>
    /// <param name="sequence">Index from 0 to <see cref="Count"/> − 1.</param>
    /// <param name="row">Where it goes.</param>
    void Read(long sequence, SequenceRow row);
}

/// <summary>Room for one sequence. Token ids and labels must be written; every token starts attended and unselected.</summary>
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
