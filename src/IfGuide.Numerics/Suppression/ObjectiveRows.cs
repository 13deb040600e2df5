using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Suppression;

/// <summary>The objective and its gradient on rows of logits, in place.</summary>
/// <remarks>
/// Every objective is a function f of a token's own loss ℓ, so its gradient in the logits is f′(ℓ) (p − onehot). The label's own entry
/// is taken from the mass of all other tokens: p − 1 would cancel, and 1 / (1 − p) blow up, for tokens the model is sure of.
/// </remarks>
internal static class ObjectiveRows
{
    private const double SmallestMass = 1e-30;

    /// <summary>Replaces logits by <paramref name="scale"/> times the gradient of the objective.</summary>
    /// <param name="logits">[n, V], float32 or float64; overwritten.</param>
    /// <param name="labels">[n], int64, none −100.</param>
    /// <param name="selected">[n], bool; null: no token is selected.</param>
    /// <param name="options">The objective.</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <returns>Objective and cross-entropy of every row, [n] each, unscaled.</returns>
    public static (Tensor Objective, Tensor TokenLoss) Apply(Tensor logits, Tensor labels, Tensor? selected, SuppressionOptions options, double scale)
    {
        using var scope = NewDisposeScope();
        var column = labels.unsqueeze(1);
        logits.sub_(logits.amax([1], keepdim: true));
        var own = logits.gather(1, column);
        logits.exp_().scatter_(1, column, zeros_like(own));
        var others = logits.sum([1], keepdim: true);
        var total = others.Plus(own.exp());
        var tokenLoss = total.log() - own;
        var (objective, slope) = Evaluate(tokenLoss, own.exp(), others, total, selected?.unsqueeze(1), options, logits.shape[1]);
        logits.mul_(slope.Times(scale) / total).scatter_(1, column, (slope * others / total).Times(-scale));
        return (objective.squeeze(1).MoveToOuterDisposeScope(), tokenLoss.squeeze(1).MoveToOuterDisposeScope());
    }

    /// <summary>f(ℓ) and f′(ℓ), [n, 1] each.</summary>
    private static (Tensor Value, Tensor Slope) Evaluate(
        Tensor loss, Tensor own, Tensor others, Tensor total, Tensor? selected, SuppressionOptions options, long vocabulary)
    {
        var one = ones_like(loss);
        if (selected is null)
        {
            return (loss, one);
        }

        var ascent = one.Times(-options.PenaltyWeight);
        switch (options.Objective)
        {
            case TokenObjective.Penalty:
                var weight = where(selected, ascent, one);
                return (loss * weight, weight);
            case TokenObjective.Drop:
                var kept = where(selected, zeros_like(one), one);
                return (loss * kept, kept);
            case TokenObjective.Hinge:
                var cap = options.HingeCap ?? Math.Log(vocabulary);
                return (where(selected, ascent * loss.AtMost(cap), loss), where(selected, ascent * loss.IsBelow(cap), one));
            case TokenObjective.Unlikelihood:
                var mass = others.AtLeast(SmallestMass);
                return (where(selected, ascent * (mass / total).log(), loss), where(selected, ascent * own / mass, one));
            default:
                throw new ArgumentOutOfRangeException(nameof(options), options.Objective, "Unknown suppression objective: expected penalty, hinge, unlikelihood or drop.");
        }
    }
}
