using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Runs;
using MessagePack;

namespace IfGuide.Pipeline.Training.Rounds;

/// <summary>The artifacts of a training's rounds, and how long they stay.</summary>
/// <param name="context">The unit.</param>
/// <param name="setup">The training.</param>
/// <param name="rounds">How it is cut.</param>
internal sealed class RoundFiles(UnitContext context, TrainingSetup setup, TrainingRounds rounds)
{
    private const string MarkerEnding = ".msgpack";
    private readonly string weights = setup.Weights;

    public TrainingRounds Rounds => rounds;

    public string Weights(int round) => RoundNames.Weights(weights, round, rounds.StepsAfter(round));

    public string Velocity(int round) => RoundNames.Velocity(weights, round);

    public string Delta(int round, int worker) => RoundNames.Delta(weights, round, worker);

    public string Moments(int round) => RoundNames.Moments(weights, round);

    public string Moments(int round, int worker) => RoundNames.Moments(weights, round, worker);

    public long Length(string artifact) => context.Store.Find(artifact)?.Length ?? 0;

    /// <summary>Marks the unit as done.</summary>
    public void Mark(int round) => context.Store.Put(
        context.Unit.Artifact, stream => MessagePackSerializer.Serialize(stream, new TrainingRoundRecord { Round = round, Step = rounds.StepsAfter(round) }));

    /// <summary>Drops the numbers of rounds that nobody will read again; those of the last two stay, and of the last of which the held-out text has spoken well.</summary>
    /// <remarks>Of two, so that a damaged artifact costs one round; all of a round, so that training can go on from it.</remarks>
    /// <param name="round">The round that ends; its own numbers are stored.</param>
    /// <param name="curve">The curve up to its end.</param>
    public void DropBefore(int round, TrainingCurve curve)
    {
        int? Measured(int fromLast) => curve.Validations.Count < fromLast ? null : rounds.RoundAt(curve.Validations[^fromLast].Step);
        foreach (var old in new[] { round - 2, Measured(2) ?? -1 }.Distinct().Where(old => old >= 0 && old <= round - 2 && old != Measured(1)))
        {
            Delete(old, name => !name.EndsWith(MarkerEnding, StringComparison.Ordinal));
        }
    }

    /// <summary>Deletes the rounds after a step, up to one.</summary>
    /// <returns>The step.</returns>
    public long KeepUntil(long step, int last)
    {
        for (var round = rounds.RoundAt(step) + 1; round <= last; round++)
        {
            Delete(round, _ => true);
        }

        return step;
    }

    /// <summary>Deletes all rounds; the final weights replace them.</summary>
    public void Clear()
    {
        for (var round = 0; round <= rounds.Last; round++)
        {
            Delete(round, _ => true);
        }
    }

    private void Delete(int round, Func<string, bool> which)
    {
        foreach (var artifact in context.Store.List(RoundNames.Folder(weights, round)).Where(artifact => which(artifact.Name)))
        {
            context.Store.Delete(artifact.Name);
        }
    }
}
