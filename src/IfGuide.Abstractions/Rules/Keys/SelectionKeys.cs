using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Rules.Values;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Abstractions.Rules.Keys;

/// <summary>Keys of <c>selection</c>.</summary>
internal static class SelectionKeys
{
    private static readonly NumberKind Quantile = NumberKind.Between(0, 1);
    private static readonly WholeNumberKind<int> Window = new(0, 1 << 20);
    private static readonly BudgetKind Budget = new();

    private static readonly Section<BehaviourSelectionSpec> Behaviour = new(
        () => new BehaviourSelectionSpec { Name = string.Empty },
        Key<BehaviourSelectionSpec>.Of(
            "quantile",
            Quantile,
            selection => selection.Quantile,
            (selection, quantile) => selection with { Quantile = quantile },
            "Scores above this quantile are candidates; by default as for all."),
        Key<BehaviourSelectionSpec>.Of(
            "window", Window, selection => selection.Window, (selection, window) => selection with { Window = window },
            "Tokens selected on each side of a candidate; by default as for all."),
        Key<BehaviourSelectionSpec>.Of(
            "budget", Budget, selection => selection.Budget, (selection, budget) => selection with { Budget = budget },
            "Largest number of tokens selected for this behaviour; by default as for all."));

    public static Section<SelectionSpec> Selection { get; } = new(
        () => new SelectionSpec(),
        Key<SelectionSpec>.Of(
            "quantile",
            Quantile,
            selection => selection.Quantile,
            (selection, quantile) => selection with { Quantile = quantile },
            "Scores above this quantile are candidates.", "0.99"),
        Key<SelectionSpec>.Of(
            "window", Window, selection => selection.Window, (selection, window) => selection with { Window = window },
            "Tokens selected on each side of a candidate.", "1"),
        Key<SelectionSpec>.Of(
            "budget", Budget, selection => selection.Budget, (selection, budget) => selection with { Budget = budget },
            "Largest number of selected tokens, of each behaviour: a share of the corpus' tokens, or a count.", "\"2%\""),
        Key<SelectionSpec>.Of(
            "behaviours",
            new BehaviourMapKind<BehaviourSelectionSpec>(Behaviour),
            Named,
            (selection, behaviours) => selection with
            {
                Behaviours = [.. behaviours.Select(entry => entry.Value with { Name = entry.Name })],
            },
            "What differs for the behaviours that 'queries' names: quantile, window, budget."),
        Key<SelectionSpec>.Of(
            "unit",
            new ChoiceKind<SelectedUnit>(("token", SelectedUnit.Token), ("document", SelectedUnit.Document)),
            selection => selection.Unit,
            (selection, unit) => selection with { Unit = unit == SelectedUnit.Token ? null : unit },
            "token: tokens around candidates; document: whole documents by the sum of their scores, without quantile and window.",
            "\"token\""));

    private static (string Name, BehaviourSelectionSpec Value)[]? Named(SelectionSpec selection) =>
        selection.Behaviours?.Select(entry => (entry?.Name!, entry!)).ToArray();
}
