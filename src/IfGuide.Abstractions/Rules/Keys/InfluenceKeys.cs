using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Rules.Values;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Abstractions.Rules.Keys;

/// <summary>Keys of <c>factors</c> and <c>scores</c>.</summary>
internal static class InfluenceKeys
{
    public static ChoiceKind<MatrixPrecision> Precision { get; } =
        new(("float32", MatrixPrecision.Float32), ("bfloat16", MatrixPrecision.BFloat16));

    public static Section<FactorsSpec> Factors { get; } = new(
        () => new FactorsSpec(),
        Key<FactorsSpec>.Of(
            "strategy",
            new ChoiceKind<CurvatureStrategy>(
                ("ekfac", CurvatureStrategy.Ekfac),
                ("kfac", CurvatureStrategy.Kfac),
                ("diagonal", CurvatureStrategy.Diagonal),
                ("identity", CurvatureStrategy.Identity)),
            factors => factors.Strategy,
            (factors, strategy) => factors with { Strategy = strategy },
            "How the curvature of a layer is approximated.",
            "\"ekfac\""),
        Key<FactorsSpec>.Of(
            "labels",
            new ChoiceKind<CurvatureLabels>(("sampled", CurvatureLabels.Sampled), ("empirical", CurvatureLabels.Empirical)),
            factors => factors.Labels,
            (factors, labels) => factors with { Labels = labels },
            "sampled: from the model (the Fisher); empirical: the corpus' own.",
            "\"sampled\""),
        Key<FactorsSpec>.Of(
            "damping",
            new OrWordKind<double>("auto", NumberKind.MoreThan(0)),
            factors => factors.Damping,
            (factors, damping) => factors with { Damping = damping },
            "auto: 0.1 × the layer's mean eigenvalue correction; a number: absolute.",
            "\"auto\""),
        Key<FactorsSpec>.Of(
            "sequences",
            new OrWordKind<long>("all", new WholeNumberKind<long>(1)),
            factors => factors.Sequences,
            (factors, count) => factors with { Sequences = count },
            "Sequences that the curvature is estimated on: all, or the size of a seeded sample.",
            "\"all\""),
        Key<FactorsSpec>.Of(
            "precision", Precision, factors => factors.Precision, (factors, precision) => factors with { Precision = precision },
            "Precision of the inputs of matrix products; accumulation is never below float32.", "\"float32\""));

    public static Section<ScoresSpec> Scores { get; } = new(
        () => new ScoresSpec(),
        Key<ScoresSpec>.Of(
            "kind",
            new ChoiceKind<ScoreKind>(
                ("token", ScoreKind.Token),
                ("position", ScoreKind.Position),
                ("reference", ScoreKind.Reference)),
            scores => scores.Kind,
            (scores, kind) => scores with { Kind = kind },
            "token: influence of learning token j, at index j; position: the reference's decomposition by position, moved to the label it predicts; reference: the same numbers at the reference's own index.",
            "\"token\""),
        Key<ScoresSpec>.Of(
            "normalise",
            new ChoiceKind<QueryNormalisation>(
                ("sequence", QueryNormalisation.Sequence),
                ("token", QueryNormalisation.Token),
                ("sum", QueryNormalisation.Sum)),
            scores => scores.Normalise,
            (scores, by) => scores with { Normalise = by },
            "What the query gradient is divided by: query sequences, query tokens with loss, or nothing.",
            "\"sequence\""),
        Key<ScoresSpec>.Of(
            "contrast",
            new FlagKind(),
            scores => scores.Contrast,
            (scores, contrast) => scores with { Contrast = contrast ? null : false },
            "Whether the nontoxic queries' gradient is subtracted from the toxic ones'; false: the standard influence function.",
            "true"));
}
