namespace IfGuide.Numerics.Curvature;

/// <summary>In which order Q_gᵀ (Σₜ gₜ aₜᵀ) Q_a is computed: every factor is either rotated before the sum over tokens, or the sum is rotated.</summary>
public enum RotationOrder
{
    /// <summary>Sum first, then rotate both sides.</summary>
    SumFirst,
    /// <summary>Rotate the activations, sum, then rotate the gradient side.</summary>
    ActivationsFirst,
    /// <summary>Rotate the gradients, sum, then rotate the activation side.</summary>
    GradientsFirst,
    /// <summary>Rotate both, then sum.</summary>
    BothFirst,
}

/// <summary>Chooses the order with the fewest multiplications.</summary>
public static class RotationOrders
{
    /// <summary>Multiply-adds per sequence of one layer, doubled: the sum is 2·T·in·out whatever the order.</summary>
    /// <param name="order">Order.</param>
    /// <param name="tokens">Tokens per sequence, T.</param>
    /// <param name="inputs">Width of the activations, the bias' 1 included.</param>
    /// <param name="outputs">Width of the output gradients.</param>
    internal static double Operations(RotationOrder order, long tokens, long inputs, long outputs)
    {
        double t = tokens, i = inputs, o = outputs;
        var activationSide = RotatesActivations(order) ? t * i * i : o * i * i;
        var gradientSide = RotatesGradients(order) ? t * o * o : i * o * o;
        return 2 * ((t * i * o) + activationSide + gradientSide);
    }

    /// <summary>The cheapest order. The two sides are independent of each other.</summary>
    /// <param name="tokens">Tokens per sequence.</param>
    /// <param name="inputs">Width of the activations, the bias' 1 included.</param>
    /// <param name="outputs">Width of the output gradients.</param>
    /// <param name="outputsSharingInput">Output widths, summed, of all layers that read the same activations: they share the rotated ones.</param>
    public static RotationOrder Cheapest(long tokens, long inputs, long outputs, long outputsSharingInput) =>
        (tokens < outputsSharingInput, tokens < inputs) switch
        {
            (true, true) => RotationOrder.BothFirst,
            (true, false) => RotationOrder.ActivationsFirst,
            (false, true) => RotationOrder.GradientsFirst,
            _ => RotationOrder.SumFirst,
        };

    internal static bool RotatesActivations(RotationOrder order) => order is RotationOrder.ActivationsFirst or RotationOrder.BothFirst;

    internal static bool RotatesGradients(RotationOrder order) => order is RotationOrder.GradientsFirst or RotationOrder.BothFirst;
}
