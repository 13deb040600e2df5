using IfGuide.Abstractions.Specification;
using IfGuide.Cli.RunFiles.Values;

namespace IfGuide.Cli.RunFiles.Keys;

/// <summary>Keys of <c>factors</c>, <c>scores</c> and <c>selection</c>.</summary>
internal static class InfluenceKeys
{
    public static ChoiceKind<MatrixPrecision> Precision { get; } = new(("float32", MatrixPrecision.Float32), ("bfloat16", MatrixPrecision.BFloat16));

    public static Section<FactorsSpec> Factors { get; } = new(
        () => new FactorsSpec(),
        Key.Of("strategy", new ChoiceKind<CurvatureStrategy>(("ekfac", CurvatureStrategy.Ekfac), ("kfac", CurvatureStrategy.Kfac), ("diagonal", CurvatureStrategy.Diagonal), ("identity", CurvatureStrategy.Identity)),
            (FactorsSpec factors, CurvatureStrategy strategy) => factors with { Strategy = strategy }, "How the curvature of a layer is approximated.", "\"ekfac\""),
        Key.Of("labels", new ChoiceKind<CurvatureLabels>(("sampled", CurvatureLabels.Sampled), ("empirical", CurvatureLabels.Empirical)), (FactorsSpec factors, CurvatureLabels labels) => factors with { Labels = labels },
            "sampled: from the model (the Fisher); empirical: the corpus' own.", "\"sampled\""),
        Key.Of("damping", new OrWordKind<double>("auto", NumberKind.Above(0)), (FactorsSpec factors, double? damping) => factors with { Damping = damping },
            "auto: 0.1 × the layer's mean eigenvalue correction; a number: absolute.", "\"auto\""),
        Key.Of("sequences", new OrWordKind<long>("all", new WholeNumberKind(1)), (FactorsSpec factors, long? count) => factors with { Sequences = count },
            "Sequences that the curvature is estimated on: all, or the size of a seeded sample.", "\"all\""),
        Key.Of("precision", Precision, (FactorsSpec factors, MatrixPrecision precision) => factors with { Precision = precision },
            "Precision of the inputs of matrix products; accumulation is never below float32.", "\"float32\""));

    public static Section<ScoresSpec> Scores { get; } = new(
        () => new ScoresSpec(),
        Key.Of("kind", new ChoiceKind<ScoreKind>(("token", ScoreKind.Token), ("position", ScoreKind.Position), ("reference", ScoreKind.Reference)), (ScoresSpec scores, ScoreKind kind) => scores with { Kind = kind },
            "token: influence of learning token j, at index j; position: the reference's decomposition by position, moved to the label it predicts; reference: the same numbers at the reference's own index.", "\"token\""),
        Key.Of("normalise", new ChoiceKind<QueryNormalisation>(("sequence", QueryNormalisation.Sequence), ("token", QueryNormalisation.Token), ("sum", QueryNormalisation.Sum)), (ScoresSpec scores, QueryNormalisation by) => scores with { Normalise = by },
            "What the query gradient is divided by: query sequences, query tokens with loss, or nothing.", "\"sequence\""),
        Key.Of("contrast", new FlagKind(), (ScoresSpec scores, bool contrast) => scores with { Contrast = contrast ? null : false },
            "Whether the nontoxic queries' gradient is subtracted from the toxic ones'; false: the standard influence function.", "true"));

    private static readonly ScalarKind<double> Quantile = NumberKind.Between(0, 1);
    private static readonly ScalarKind<long> Window = WholeNumberKind.Count(0, 1 << 20);

    private static readonly Section<BehaviourSelectionSpec> BehaviourSelection = new(
        () => new BehaviourSelectionSpec { Name = string.Empty },
        Key.Of("quantile", Quantile, (BehaviourSelectionSpec selection, double quantile) => selection with { Quantile = quantile }, "Scores above this quantile are candidates; by default as for all."),
        Key.Of("window", Window, (BehaviourSelectionSpec selection, long window) => selection with { Window = (int)window }, "Tokens selected on each side of a candidate; by default as for all."),
        Key.Of("budget", new BudgetKind(), (BehaviourSelectionSpec selection, TokenBudget budget) => selection with { Budget = budget }, "Largest number of tokens selected for this behaviour; by default as for all."));

    public static Section<SelectionSpec> Selection { get; } = new(
        () => new SelectionSpec(),
        Key.Of("quantile", Quantile, (SelectionSpec selection, double quantile) => selection with { Quantile = quantile }, "Scores above this quantile are candidates.", "0.99"),
        Key.Of("window", Window, (SelectionSpec selection, long window) => selection with { Window = (int)window }, "Tokens selected on each side of a candidate.", "1"),
        Key.Of("budget", new BudgetKind(), (SelectionSpec selection, TokenBudget budget) => selection with { Budget = budget }, "Largest number of selected tokens, of each behaviour: a share of the corpus' tokens, or a count.", "\"2%\""),
        Key.Of("behaviours", new BehaviourMapKind<BehaviourSelectionSpec>(BehaviourSelection),
            (SelectionSpec selection, IReadOnlyList<(string Name, BehaviourSelectionSpec Value)> behaviours) => selection with { Behaviours = [.. behaviours.Select(entry => entry.Value with { Name = entry.Name })] },
            "What differs for the behaviours that 'queries' names: quantile, window, budget."),
        Key.Of("unit", new ChoiceKind<SelectedUnit>(("token", SelectedUnit.Token), ("document", SelectedUnit.Document)), (SelectionSpec selection, SelectedUnit unit) => selection with { Unit = unit == SelectedUnit.Token ? null : unit },
            "token: tokens around candidates; document: whole documents by the sum of their scores, without quantile and window.", "\"token\""));
}
