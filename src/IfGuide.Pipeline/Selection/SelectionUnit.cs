using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Selection;
using IfGuide.Pipeline.Methods;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using MessagePack;

namespace IfGuide.Pipeline.Selection;

/// <summary>Threshold, ranking and mask of one behaviour over all shards (paper Alg. 1).</summary>
internal static class SelectionUnit
{
    public static void Run(UnitContext context)
    {
        var inputs = context.Inputs;
        var behaviour = context.Part.Behaviour;
        using var scores = new StoredScores(context, behaviour);
        var selection = behaviour.Parameters;
        var budget = selection.Budget.Tokens(inputs.AttendedTokens);
        context.Report("shards", 0, inputs.Shards);
        ISelectionChoice choice = selection.Unit == SelectedUnit.Document
            ? DocumentChoice.Of(context, scores, budget)
            : TokenChoice.Of(scores, new SelectionOptions(selection.Quantile, selection.Window, budget, KindOf(context.Specification)));
        var selectedSequences = 0L;
        for (var shard = 0; shard < inputs.Shards; shard++)
        {
            selectedSequences += PutMask(context, behaviour, choice, shard);
            context.Report("shards", shard + 1, inputs.Shards);
        }

        context.Store.Put(behaviour.Order, stream =>
        {
            var writer = new NpyWriter(stream, ElementType.Int64, [choice.Order.Length]);
            writer.Write<long>(choice.Order);
            writer.Complete();
        });
        var record = new SelectionRecord
        {
            Threshold = choice.Threshold,
            Candidates = choice.Candidates,
            SelectedTokens = choice.SelectedTokens,
            CorpusTokens = inputs.AttendedTokens,
            SelectedSequences = selectedSequences,
            Sequences = inputs.Sequences,
            Budget = budget,
            StoppedOnBudget = choice.StoppedOnBudget,
            Histogram = ScoreHistograms.Of(scores),
        };
        context.Store.Put(context.Unit.Artifact, stream => MessagePackSerializer.Serialize(stream, record));
    }

    /// <summary>How the selection treats this run's kind of scores.</summary>
    public static SelectionKind KindOf(RunSpec run) => run.Scores.Method().Selection;

    /// <summary>Stores one shard's mask; returns how many of its sequences hold a selected token.</summary>
    private static long PutMask(UnitContext context, BehaviourNames behaviour, ISelectionChoice choice, int shard)
    {
        var sequences = 0L;
        var length = context.Inputs.SequenceLength;
        context.Store.Put(behaviour.Mask(shard), stream =>
        {
            sequences = 0;
            var writer = new NpyWriter(stream, ElementType.Bool, [context.Inputs.ShardSequences[shard], length]);
            choice.Write(shard, (_, rows) =>
            {
                for (var row = 0; row < rows.Length; row += length)
                {
                    sequences += rows.Slice(row, length).Contains(true) ? 1 : 0;
                }

                writer.Write<bool>(rows);
            });
            writer.Complete();
        });
        return sequences;
    }
}
