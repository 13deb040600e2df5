using IfGuide.Abstractions;

namespace IfGuide.Storage.Corpora;

/// <summary>Training or query sequences of one length, read row by row.</summary>
public interface ISequenceSource
{
    /// <summary>The label that carries no loss.</summary>
    const int NoLabel = -100;

    /// <summary>Number of sequences.</summary>
    long Sequences { get; }

    /// <summary>Tokens per sequence.</summary>
    int Length { get; }

    /// <summary>Copies a sequence's token ids.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="tokens">Takes <see cref="Length"/> ids.</param>
    /// <exception cref="UserErrorException">The user's data are wrong; the message names file and place.</exception>
    void InputIds(long sequence, Span<int> tokens);

    /// <summary>Copies a sequence's labels, unshifted: the label at t is the token that position t − 1 predicts; <see cref="NoLabel"/> carries no loss.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="labels">Takes <see cref="Length"/> labels.</param>
    /// <exception cref="UserErrorException">The user's data are wrong; the message names file and place.</exception>
    void Labels(long sequence, Span<int> labels);

    /// <summary>Copies a sequence's attention mask: 1 for tokens, 0 for padding.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="mask">Takes <see cref="Length"/> bytes.</param>
    /// <exception cref="UserErrorException">The user's data are wrong; the message names file and place.</exception>
    void AttentionMask(long sequence, Span<byte> mask);
}
