using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;

namespace IfGuide.Pipeline.Training.Rounds;

/// <summary>The target, with and without suppression, and the baselines that are trained.</summary>
internal sealed class TrainStage : IRunStage
{
    public Stage Stage => Stage.Train;

    public string Folder => "train";

    public bool NeedsDevice => true;

    public IEnumerable<IReadOnlyList<UnitReference>> Plan(UnitPlanner planner)
    {
        if (planner.Specification.Target is null)
        {
            return [];
        }

        var names = planner.Names;
        return names.Trainings.SelectMany(models =>
            TrainingWaves.Create(planner, Stage, models, names.TrainedWeights, planner.Specification.Training));
    }

    public string ArtifactOf(ArtifactNames names, UnitReference unit)
    {
        var part = TrainingPart.Of(unit.Name);
        return part.Artifact(names.TrainedWeights(part.Model));
    }

    public void Compute(UnitContext context)
    {
        if (context.Unit.Name == Variants.Dpo)
        {
            PreferenceUnit.Run(context);
        }
        else
        {
            TrainingUnits.Run(context);
        }
    }
}
