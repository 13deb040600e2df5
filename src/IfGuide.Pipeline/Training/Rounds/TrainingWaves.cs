using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Planning;

namespace IfGuide.Pipeline.Training.Rounds;

/// <summary>Plans trainings: one unit a model, or round by round the workers of all models and then their merges.</summary>
internal static class TrainingWaves
{
    /// <summary>The waves of models that are trained side by side.</summary>
    /// <param name="planner">The run.</param>
    /// <param name="stage">The stage that trains them.</param>
    /// <param name="models">Their names.</param>
    /// <param name="weights">Store name of the weights that a model's training ends in.</param>
    /// <param name="training">How they are trained.</param>
    public static IEnumerable<IReadOnlyList<UnitReference>> Create(
        UnitPlanner planner, Stage stage, IReadOnlyList<string> models, Func<string, string> weights, TrainingSpec training)
    {
        foreach (var parts in Split(models, training, planner.Inputs.Sequences))
        {
            yield return [.. parts.Select(part => planner.CreateUnit(stage, UnitKind.Training, part.Name, part.Artifact(weights(part.Model))))];
        }
    }

    /// <remarks>Preference optimisation has no rounds: it is short.</remarks>
    private static IEnumerable<IEnumerable<TrainingPart>> Split(IReadOnlyList<string> models, TrainingSpec training, long sequences)
    {
        if (TrainingRounds.Of(training, sequences) is not { } rounds || models.Contains(Variants.Dpo))
        {
            yield return models.Select(model => new TrainingPart(model, Round: null, Worker: null));
            yield break;
        }

        yield return models.Select(model => new TrainingPart(model, Round: 0, Worker: null));
        for (var round = 1; round <= rounds.Last; round++)
        {
            int current = round;
            int? end = round < rounds.Last ? round : null;
            var workers = Enumerable.Range(0, rounds.Workers);
            yield return models.SelectMany(model => workers.Select(worker => new TrainingPart(model, current, worker)));
            yield return models.Select(model => new TrainingPart(model, end, Worker: null));
        }
    }
}
