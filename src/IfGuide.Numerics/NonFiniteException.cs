namespace IfGuide.Numerics;

/// <summary>A NaN or an infinity came out of a computation: nothing derived from it would mean anything.</summary>
public sealed class NonFiniteException : ArithmeticException
{
    /// <summary>Names what was computed, where, and for which sequences.</summary>
    /// <param name="computation">What was being computed, e.g. "covariance".</param>
    /// <param name="layer">Name of the first layer concerned.</param>
    /// <param name="quantity">Which of its numbers: "input", "output", "output gradient", "sum".</param>
    /// <param name="sequences">Corpus indices of the sequences concerned; empty when the numbers belong to no single sequence.</param>
    /// <param name="remedy">What the user can do.</param>
    public NonFiniteException(string computation, string layer, string quantity, IReadOnlyList<long> sequences, string remedy)
        : base(Describe(computation, layer, quantity, sequences, remedy))
    {
        Computation = computation;
        Layer = layer;
        Quantity = quantity;
        SequenceIndices = sequences;
    }

    /// <summary>What was being computed.</summary>
    public string Computation { get; }

    /// <summary>Name of the first layer concerned.</summary>
    public string Layer { get; }

    /// <summary>Which of the layer's numbers.</summary>
    public string Quantity { get; }

    /// <summary>Corpus indices of the sequences concerned; may be empty.</summary>
    public IReadOnlyList<long> SequenceIndices { get; }

    private static string Describe(
        string computation, string layer, string quantity, IReadOnlyList<long> sequences, string remedy)
    {
        var listed = List(sequences);
        var where = sequences.Count switch
        {
            0 => "",
            1 => $" at sequence {listed}",
            _ => $" at sequences {listed}",
        };
        return $"{computation}: the {quantity} of layer '{layer}'{where} holds NaN or Infinity, "
            + $"expected finite numbers. {remedy}";
    }

    private static string List(IReadOnlyList<long> sequences)
    {
        const int maxShown = 8;
        var listed = string.Join(", ", sequences.Take(maxShown));
        if (sequences.Count > maxShown)
        {
            listed += $" and {sequences.Count - maxShown} more";
        }

        return listed;
    }
}
