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
    private const double MinMass = 1e-30;

    /// <summary>Replaces logits by <paramref name="scale"/> times the gradient of the objective.</summary>
    /// <param name="logits">[n, V], float32 or float64; overwritten.</param>
    /// <param name="labels">[n], int64, none −100.</param>
    /// <param name="selected">[n], bool; null: no token is selected.</param>
    /// <param name="options">The objective.</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <returns>Objective and cross-entropy of every row, [n] each, unscaled.</returns>
    public static (Tensor Objective, Tensor TokenLoss) Apply(
        Tensor logits, Tensor labels, Tensor? selected, SuppressionOptions options, double scale)
    {
        using var scope = NewDisposeScope();
        var column = labels.unsqueeze(1);
        logits.sub_(logits.amax([1], keepdim: true));
        var own = logits.gather(1, column); // [n, 1]
        logits.exp_().scatter_(1, column, zeros_like(own));
        var others = logits.sum([1], keepdim: true); // [n, 1]
        var masses = new Masses(own.exp(), others, others.Plus(own.exp()));
        var tokenLoss = masses.Total.log() - own;
        var (objective, slope) = Evaluate(tokenLoss, masses, selected?.unsqueeze(1), options, logits.shape[1]);
        var atLabels = (slope * others / masses.Total).Times(-scale);
        logits.mul_(slope.Times(scale) / masses.Total).scatter_(1, column, atLabels);
        return (objective.squeeze(1).MoveToOuterDisposeScope(), tokenLoss.squeeze(1).MoveToOuterDisposeScope());
    }

    /// <summary>f(ℓ) and f′(ℓ), [n, 1] each.</summary>
    private static (Tensor Value, Tensor Slope) Evaluate(
        Tensor loss, Masses masses, Tensor? selected, SuppressionOptions options, long vocabulary)
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
                return Scale(loss, where(selected, ascent, one));
            case TokenObjective.Drop:
                return Scale(loss, where(selected, zeros_like(one), one));
            case TokenObjective.Hinge:
                var cap = options.HingeCap ?? Math.Log(vocabulary);
                return (where(selected, ascent * loss.AtMost(cap), loss), where(selected, ascent * loss.IsBelow(cap), one));
            case TokenObjective.Unlikelihood:
                var mass = masses.Others.AtLeast(MinMass);
                var unlikelihood = ascent * (mass / masses.Total).log();
                return (where(selected, unlikelihood, loss), where(selected, ascent * masses.Own / mass, one));
            default:
                throw new ArgumentOutOfRangeException(
                    nameof(options),
                    options.Objective,
                    "Unknown suppression objective: expected penalty, hinge, unlikelihood or drop.");
        }
    }

    private static (Tensor Value, Tensor Slope) Scale(Tensor loss, Tensor weight) => (loss * weight, weight);

    /// <summary>Sums of exponentials of a row's logits, [n, 1] each.</summary>
    /// <param name="Own">The label's.</param>
    /// <param name="Others">All other tokens'.</param>
    /// <param name="Total">Both.</param>
    private readonly record struct Masses(Tensor Own, Tensor Others, Tensor Total);
}
