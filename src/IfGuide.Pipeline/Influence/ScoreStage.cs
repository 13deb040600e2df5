using System.Runtime.InteropServices;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Numerics.Influence;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Curvature;
using IfGuide.Pipeline.Methods;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Influence;

/// <summary>Token scores of one shard, of the unit's behaviour and of every other whose scores are not there yet: one pass for all.</summary>
/// <remarks>The bytes of a behaviour's scores do not depend on what else the pass scores, so it does not matter who comes first.</remarks>
internal sealed class ScoreStage : IRunStage
{
    public Stage Stage => Stage.Score;

    public string Folder => "score";

    public bool NeedsDevice => true;

    /// <remarks>
    /// A wave for each behaviour: the first unit of a shard scores it for all behaviours whose scores are not there, in one pass.
    /// The units of later waves find them.
    /// </remarks>
    public IEnumerable<IReadOnlyList<UnitReference>> Plan(UnitPlanner planner) =>
        from behaviour in planner.Names.Behaviours.DistinctBy(behaviour => behaviour.ScoreKey)
        select planner.CreateShards(Stage, behaviour.Scores, behaviour.Name);

    public string ArtifactOf(ArtifactNames names, UnitReference unit) => names.PartOf(unit).Behaviour.Scores(UnitNames.ShardOf(unit.Name));

    public void Compute(UnitContext context)
    {
        using var scope = NewDisposeScope();
        var shard = UnitNames.ShardOf(context.Unit.Name);
        var own = context.Part.Behaviour;
        var others = context.Names.Behaviours
            .Where(behaviour => behaviour.ScoreKey != own.ScoreKey && !context.Store.Exists(behaviour.Scores(shard)));
        BehaviourNames[] behaviours = [own, .. others.DistinctBy(behaviour => behaviour.ScoreKey)];
        var model = ProxyModel.Of(context);
        var directions = Directions.Load(context, behaviours);
        using var scorer = context.Specification.Scores.Method().OpenScorer(model, directions);
        string[] artifacts = [.. behaviours.Select(behaviour => behaviour.Scores(shard))];
        PutAll(context, artifacts, [], streams => Write(context, scorer, shard, streams));
    }

    private static void Write(UnitContext context, ITokenScorer scorer, int shard, IReadOnlyList<Stream> streams)
    {
        long[] shape = [context.Inputs.ShardSequences[shard], context.Inputs.SequenceLength];
        var writers = streams.Select(stream => new NpyWriter(stream, ElementType.Float32, shape)).ToArray();
        foreach (var batch in ShardBatches.OfShard(context))
        {
            using var part = NewDisposeScope();
            var scores = scorer.Scores(batch);
            for (var index = 0; index < writers.Length; index++)
            {
                var numbers = scores[index].to_type(ScalarType.Float32).cpu().contiguous();
                writers[index].Write(MemoryMarshal.Cast<byte, float>(numbers.bytes));
            }
        }

        Array.ForEach(writers, writer => writer.Complete());
    }

    /// <summary>Opens the artifacts one within the other, so that the first appears last: when the unit looks done, all of them are there.</summary>
    private static void PutAll(
        UnitContext context, ReadOnlyMemory<string> artifacts, IReadOnlyList<Stream> opened, Action<IReadOnlyList<Stream>> write)
    {
        if (artifacts.IsEmpty)
        {
            write(opened);
            return;
        }

        context.Store.Put(artifacts.Span[0], stream => PutAll(context, artifacts[1..], [.. opened, stream], write));
    }
}
