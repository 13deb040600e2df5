using System.Globalization;

namespace IfGuide.Pipeline.Planning;

/// <summary>What a unit of a training does: all of it, the weights before the first round, a worker's part of a round, or a round's end.</summary>
/// <param name="Model">The model that is trained.</param>
/// <param name="Round">The round; null: the whole training, or its last merge.</param>
/// <param name="Worker">The worker; null: the round's merge.</param>
internal readonly record struct TrainingPart(string Model, int? Round, int? Worker)
{
    private const string RoundInfix = ".round-";
    private const string WorkerInfix = ".worker-";

    /// <summary>The unit's name, e.g. <c>suppressed.round-00012.worker-2</c>.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Model}{(Round is { } round ? $"{RoundInfix}{round:D5}" : null)}{(Worker is { } worker ? $"{WorkerInfix}{worker}" : null)}");

    /// <summary>Reads a unit's name.</summary>
    /// <exception cref="FormatException">It is none of a training.</exception>
    public static TrainingPart Of(string name)
    {
        var (rest, worker) = Split(name, WorkerInfix);
        var (model, round) = Split(rest, RoundInfix);
        return new TrainingPart(model, round, worker);
    }

    /// <summary>Store name of what marks the unit as done.</summary>
    /// <param name="weights">Store name of the weights that the training ends in.</param>
    public string Artifact(string weights) => this switch
    {
        { Round: { } round, Worker: { } worker } => RoundNames.Worked(weights, round, worker),
        { Round: { } round } => RoundNames.Merged(weights, round),
        _ => weights,
    };

    private static (string Before, int? Number) Split(string name, string infix)
    {
        var at = name.LastIndexOf(infix, StringComparison.Ordinal);
        return at < 0 ? (name, null) : (name[..at], int.Parse(name.AsSpan(at + infix.Length), NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
