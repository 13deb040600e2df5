using System.Runtime.InteropServices;
using IfGuide.Abstractions.Specification;
using IfGuide.Numerics;
using IfGuide.Numerics.Influence;
using IfGuide.Pipeline.Execution;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Safetensors;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Units;

/// <summary>Token scores of one shard.</summary>
internal static class ScoreUnit
{
    public static void Run(UnitContext context)
    {
        using var scope = NewDisposeScope();
        var model = ProxyModel.Of(context);
        var direction = DirectionOf(context);
        var kind = context.Specification.Scores.Kind;
        using var positions = kind == ScoreKind.Token ? null : new PositionScorer(model, direction);
        using var tokens = kind == ScoreKind.Token ? new TokenScorer(model, direction) : null;
        context.Store.Put(context.Unit.Artifact, stream =>
        {
            var shard = UnitNames.ShardOf(context.Unit.Name);
            var rows = new NpyWriter(stream, ElementType.Float32, [context.Inputs.ShardSequences[shard], context.Inputs.SequenceLength]);
            foreach (var batch in ShardBatches.OfShard(context))
            {
                using var part = NewDisposeScope();
                var scores = tokens?.Score(batch) ?? Position(positions!, batch, kind);
                rows.Write(MemoryMarshal.Cast<byte, float>(scores.to_type(ScalarType.Float32).cpu().contiguous().bytes));
            }

            rows.Complete();
        });
    }

    /// <summary>The run's preconditioned query contrast by layer; owned by the session.</summary>
    public static IReadOnlyDictionary<string, Tensor> DirectionOf(UnitContext context) =>
        context.Session.Factors($"direction {context.Names.Direction(string.Empty)}", () => ReadDirection(context));

    private static Tensor Position(PositionScorer scorer, TokenBatch batch, ScoreKind kind)
    {
        var scores = scorer.Score(batch);
        return kind == ScoreKind.Reference ? scores : PositionScorer.ShiftToLabels(scores);
    }

    private static Dictionary<string, Tensor> ReadDirection(UnitContext context)
    {
        var prefix = FactorNames.Of(FactorNames.Preconditioned, string.Empty);
        return context.Inputs.Proxy.InputGroups
            .SelectMany(group => TensorArchive.Load(context.Store.Fetch(context.Names.Direction(group)), context.Session.Device))
            .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value);
    }
}
