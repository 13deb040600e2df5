using System.Runtime.InteropServices;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Curvature;
using IfGuide.Pipeline.Methods;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Safetensors;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Influence;

/// <summary>Token scores of one shard, of the unit's behaviour and of every other whose scores are not there yet: one pass for all.</summary>
/// <remarks>The bytes of a behaviour's scores do not depend on what else the pass scores, so it does not matter who comes first.</remarks>
internal static class ScoreUnit
{
    public static void Run(UnitContext context)
    {
        using var scope = NewDisposeScope();
        var shard = UnitNames.ShardOf(context.Unit.Name);
        var own = context.Part.Behaviour;
        var others = context.Names.Behaviours.Where(behaviour => behaviour.ScoreKey != own.ScoreKey && !context.Store.Exists(behaviour.Scores(shard)));
        BehaviourNames[] behaviours = [own, .. others.DistinctBy(behaviour => behaviour.ScoreKey)];
        var model = ProxyModel.Of(context);
        var directions = DirectionsOf(context, behaviours);
        using var scorer = context.Specification.Scores.Method().OpenScorer(model, directions);
        PutAll(context, behaviours.Select(behaviour => behaviour.Scores(shard)).ToArray(), [], streams =>
        {
            var writers = streams.Select(stream => new NpyWriter(stream, ElementType.Float32, [context.Inputs.ShardSequences[shard], context.Inputs.SequenceLength])).ToArray();
            foreach (var batch in ShardBatches.OfShard(context))
            {
                using var part = NewDisposeScope();
                var scores = scorer.Scores(batch);
                for (var index = 0; index < writers.Length; index++)
                {
                    writers[index].Write(MemoryMarshal.Cast<byte, float>(scores[index].to_type(ScalarType.Float32).cpu().contiguous().bytes));
                }
            }

            Array.ForEach(writers, writer => writer.Complete());
        });
    }

    /// <summary>Preconditioned query contrasts by layer, of each behaviour; owned by the session.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, Tensor>> DirectionsOf(RunContext context, IReadOnlyList<BehaviourNames> behaviours)
    {
        var all = context.Session.Factors($"direction {string.Join(' ', behaviours.Select(behaviour => behaviour.DirectionKey))}", () => behaviours
            .SelectMany((behaviour, index) => context.Inputs.Proxy.InputGroups
                .SelectMany(group => TensorArchive.Load(context.Store.Fetch(behaviour.Direction(group)), context.Session.Device))
                .Select(entry => KeyValuePair.Create(Prefix(index) + entry.Key, entry.Value)))
            .ToDictionary());
        return [.. behaviours.Select((_, index) => all.Where(entry => entry.Key.StartsWith(Prefix(index), StringComparison.Ordinal)).ToDictionary(entry => entry.Key[Prefix(index).Length..][Preconditioned.Length..], entry => entry.Value))];
    }

    private static string Preconditioned => FactorNames.Of(FactorNames.Preconditioned, string.Empty);

    private static string Prefix(int behaviour) => $"{behaviour}/";

    /// <summary>Opens the artifacts one within the other, so that the first appears last: when the unit looks done, all of them are there.</summary>
    private static void PutAll(UnitContext context, ReadOnlyMemory<string> artifacts, IReadOnlyList<Stream> opened, Action<IReadOnlyList<Stream>> write)
    {
        if (artifacts.IsEmpty)
        {
            write(opened);
            return;
        }

        context.Store.Put(artifacts.Span[0], stream => PutAll(context, artifacts[1..], [.. opened, stream], write));
    }
}
