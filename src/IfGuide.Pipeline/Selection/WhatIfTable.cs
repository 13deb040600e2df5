using IfGuide.Numerics.Selection;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;

namespace IfGuide.Pipeline.Selection;

/// <summary>Selections of one behaviour with other parameters, from stored scores alone: four passes over them however many cells the grid has.</summary>
internal static class WhatIfTable
{
    public static IReadOnlyList<WhatIfCell> Of(RunView view, BehaviourNames behaviour, WhatIfGrid grid)
    {
        using var scores = new StoredScores(view, behaviour);
        var tokens = view.Inputs.AttendedTokens;
        var selections = TokenSelector.Survey(scores, grid.Over(tokens, SelectionUnit.KindOf(view.Specification)));
        var reach = Reach.Count(view, scores, [.. selections.Select(selection => new SelectionMask(scores, selection))]);
        var own = behaviour.Parameters;
        return
        [
            .. selections.Select((selection, cell) => (Selection: selection, Reach: reach[cell], Budget: grid.Budgets[cell % grid.Budgets.Count])).Select(cell => new WhatIfCell
            {
                Quantile = cell.Selection.Options.Quantile,
                Window = cell.Selection.Options.Window,
                Budget = cell.Selection.Options.Budget,
                BudgetShare = cell.Budget.Share,
                Threshold = cell.Selection.Threshold,
                Candidates = cell.Selection.Candidates,
                Tokens = cell.Selection.SelectedTokens,
                Share = (double)cell.Selection.SelectedTokens / Math.Max(1, tokens),
                Documents = view.Inputs.Documents > 0 ? cell.Reach.Documents : null,
                Sequences = cell.Reach.Sequences,
                StoppedOnBudget = cell.Selection.StoppedOnBudget,
                IsRun = own.Unit is null && (own.Quantile, own.Window, own.Budget) == (cell.Selection.Options.Quantile, cell.Selection.Options.Window, cell.Budget),
            }),
        ];
    }

    /// <summary>How far a selection reaches.</summary>
    private sealed class Reach
    {
        private long lastDocument = -1;

        public long Sequences { get; private set; }

        public long Documents { get; private set; }

        public static Reach[] Count(RunView view, StoredScores scores, SelectionMask[] masks)
        {
            var reach = Array.ConvertAll(masks, _ => new Reach());
            var documents = new DocumentCursor(view);
            var length = view.Inputs.SequenceLength;
            var (mask, positions) = (new bool[length], new int[length]);
            for (var shard = 0; shard < scores.Count; shard++)
            {
                documents.Enter(shard);
                var offset = view.Inputs.FirstSequence(shard);
                scores.Read(shard, 0, scores.Shape(shard).Sequences, (first, values, labelled) =>
                {
                    for (var row = 0; row < values.Length / length; row++)
                    {
                        var parts = documents.Of(first + row);
                        for (var cell = 0; cell < masks.Length; cell++)
                        {
                            if (masks[cell].Reaches(offset + first + row))
                            {
                                Array.Clear(mask);
                                var range = (row * length)..((row + 1) * length);
                                masks[cell].WriteRow(offset + first + row, values[range], labelled[range], mask, positions);
                                reach[cell].Add(mask, parts);
                            }
                        }
                    }
                });
            }

            return reach;
        }

        private void Add(ReadOnlySpan<bool> mask, IReadOnlyList<DocumentPart> parts)
        {
            Sequences += mask.Contains(true) ? 1 : 0;
            foreach (var part in parts)
            {
                if (part.Ordinal != lastDocument && mask[part.Start..part.End].Contains(true))
                {
                    Documents++;
                    lastDocument = part.Ordinal;
                }
            }
        }
    }
}
