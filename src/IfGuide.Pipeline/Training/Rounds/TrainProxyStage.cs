using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;

namespace IfGuide.Pipeline.Training.Rounds;

/// <summary>A proxy model, where the user brings none.</summary>
internal sealed class TrainProxyStage : IRunStage
{
    public Stage Stage => Stage.TrainProxy;

    public string Folder => "train";

    public bool NeedsDevice => true;

    public IEnumerable<IReadOnlyList<UnitReference>> Plan(UnitPlanner planner)
    {
        if (planner.Inputs.Proxy.Weights is not null)
        {
            return [];
        }

        var names = planner.Names;
        return TrainingWaves.Create(planner, Stage, [UnitNames.Proxy], _ => names.ProxyWeights, names.ProxyTraining);
    }

    public string ArtifactOf(ArtifactNames names, UnitReference unit) => TrainingPart.Of(unit.Name).Artifact(names.ProxyWeights);

    public void Compute(UnitContext context) => TrainingUnits.Run(context);
}
