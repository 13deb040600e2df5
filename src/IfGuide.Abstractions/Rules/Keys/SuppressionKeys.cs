using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Rules.Values;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Abstractions.Rules.Keys;

/// <summary>Keys of <c>suppression</c>.</summary>
internal static class SuppressionKeys
{
    public static Section<SuppressionSpec> Suppression { get; } = new(
        () => new SuppressionSpec(),
        Key<SuppressionSpec>.Of(
            "objective",
            new ChoiceKind<SuppressionObjective>(
                ("penalty", SuppressionObjective.Penalty),
                ("hinge", SuppressionObjective.Hinge),
                ("unlikelihood", SuppressionObjective.Unlikelihood),
                ("drop", SuppressionObjective.Drop)),
            suppression => suppression.Objective,
            (suppression, objective) => suppression with { Objective = objective },
            "penalty: weight -lambda (paper Eq. 9); hinge: the same until the token's loss reaches hinge_cap; unlikelihood: -log(1 - p); drop: weight 0.",
            "\"penalty\""),
        Key<SuppressionSpec>.Of(
            "lambda",
            NumberKind.AtLeast(0),
            suppression => suppression.PenaltyWeight,
            (suppression, weight) => suppression with { PenaltyWeight = weight },
            "Weight of the objective.",
            "1.0"),
        Key<SuppressionSpec>.Of(
            "hinge_cap",
            NumberKind.MoreThan(0),
            suppression => suppression.HingeCap,
            (suppression, cap) => suppression with { HingeCap = cap },
            "Loss in nats per token at which the hinge stops; by default the loss on held-out text (training.validation, else evaluation.perplexity) at its last measurement, or the logarithm of the vocabulary size where there is no such text."))
    {
        Rule = suppression => suppression is { HingeCap: not null, Objective: not SuppressionObjective.Hinge }
            ? ("hinge_cap", "belongs to the objective hinge; remove it or choose that objective")
            : null,
    };
}
