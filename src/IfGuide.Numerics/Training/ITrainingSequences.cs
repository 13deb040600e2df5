namespace IfGuide.Numerics.Training;

/// <summary>Training sequences of equal length by index; the corpus need not be in memory.</summary>
public interface ITrainingSequences
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
