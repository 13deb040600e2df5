using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Models.Passes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Preference;

/// <summary>The loss of direct preference optimisation (DPO, Rafailov et al. 2023, arXiv 2305.18290, Eq. 7) on pairs, summed.</summary>
/// <remarks>
/// With S = −log π(continuation | prompt) and R the same of the reference, z = β ((R_w − S_w) − (R_l − S_l)).
/// The loss is −log σ(z); w is preferred, l rejected.
/// Its derivative at each token's loss is ±β σ(−z), so the head's weighted gradient is all that a step needs.
/// </remarks>
/// <param name="Loss">Σ −log σ(z), nats.</param>
/// <param name="Preferred">Pairs whose preferred text gained more likelihood over the reference than the rejected one.</param>
/// <param name="Pairs">Pairs.</param>
public readonly record struct PreferenceLoss(double Loss, long Preferred, long Pairs)
{
    /// <summary>−log π(continuation | prompt) of every text, [2n]: the preferred ones, then the rejected ones.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pairs">The pairs.</param>
    public static double[] TextLosses(CausalLanguageModel model, IReadOnlyList<PreferencePair> pairs)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var graph = no_grad();
        using var scope = NewDisposeScope();
        using var head = new NextTokenHead(model.Unembedding);
        var batch = PreferenceBatch.Create(pairs, model.Device);
        var hidden = model.Hidden(batch.InputIds, batch.AttentionMask, ForwardPass.Plain).Value;
        return SumByText(head.TokenLosses(hidden, batch.Labels));
    }

    /// <summary>Computes the loss and adds its gradient, divided, to the weights' gradients.</summary>
    /// <param name="model">The model; its weights are leaves that require gradients.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="reference">What <see cref="TextLosses"/> gave for the reference model.</param>
    /// <param name="beta">β, above 0.</param>
    /// <param name="divisor">What the loss is divided by before differentiating.</param>
    /// <param name="unembeddingGradient">The unembedding's gradient, [V, d]; added to.</param>
    public static PreferenceLoss Backward(
        CausalLanguageModel model,
        IReadOnlyList<PreferencePair> pairs,
        ReadOnlySpan<double> reference,
        double beta,
        double divisor,
        Tensor unembeddingGradient)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(pairs);
        using var scope = NewDisposeScope();
        using var head = new NextTokenHead(model.Unembedding);
        var batch = PreferenceBatch.Create(pairs, model.Device);
        var hidden = model.Hidden(batch.InputIds, batch.AttentionMask, ForwardPass.Plain).Value;
        var own = SumByText(head.TokenLosses(hidden.detach(), batch.Labels));
        var slopes = new double[own.Length];
        var loss = Compare(own, reference, beta, divisor, slopes);
        var byToken = tensor(slopes).repeat_interleave(batch.Labels.shape[1]).to(hidden.device); // [2n T]
        var gradient = head.Gradient(hidden.detach(), batch, sampling: null, Weigh, unembeddingGradient);
        autograd.backward([hidden], [gradient.Hidden]);
        return loss;

        Tensor Weigh(Tensor losses, Tensor places) => byToken.index_select(0, places).to(losses.dtype);
    }

    /// <summary>Sums the loss of the pairs and writes its derivative at each text's own loss.</summary>
    private static PreferenceLoss Compare(
        ReadOnlySpan<double> own, ReadOnlySpan<double> reference, double beta, double divisor, Span<double> slopes)
    {
        var (loss, preferred, pairs) = (0.0, 0L, own.Length / 2);
        for (var pair = 0; pair < pairs; pair++)
        {
            var rejected = pair + pairs;
            var margin = beta * (reference[pair] - own[pair] - (reference[rejected] - own[rejected]));
            loss += ComputeLoss(margin);
            if (margin > 0)
            {
                preferred++;
            }

            slopes[pair] = beta / (1 + Math.Exp(margin)) / divisor;
            slopes[rejected] = -slopes[pair];
        }

        return new PreferenceLoss(loss, preferred, pairs);
    }

    /// <summary>−log σ(z), by the exponential that cannot overflow.</summary>
    private static double ComputeLoss(double margin)
    {
        if (margin > 0)
        {
            return Math.Log(1 + Math.Exp(-margin));
        }

        return Math.Log(1 + Math.Exp(margin)) - margin;
    }

    private static double[] SumByText(Tensor tokenLosses)
    {
        var sums = tokenLosses.to(ScalarType.Float64).sum(1L).cpu(); // [2n]
        return sums.data<double>().ToArray();
    }
}
