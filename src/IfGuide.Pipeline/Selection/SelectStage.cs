using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;

namespace IfGuide.Pipeline.Selection;

/// <summary>The mask of each behaviour; of several, then their union.</summary>
internal sealed class SelectStage : IRunStage
{
    public Stage Stage => Stage.Select;

    public string Folder => "select";

    public bool NeedsDevice => false;

    public IEnumerable<IReadOnlyList<UnitReference>> Plan(UnitPlanner planner)
    {
        yield return planner.CreateDistinct(behaviour =>
            [planner.CreateUnit(Stage, UnitKind.Selection, UnitNames.Of(behaviour.Name, UnitNames.Selection), behaviour.Selection)]);
        if (planner.Names.Behaviours.Count > 1)
        {
            yield return [planner.CreateUnit(Stage, UnitKind.Selection, UnitNames.Selection, planner.Names.Selection)];
        }
    }

    public string ArtifactOf(ArtifactNames names, UnitReference unit) => names.Part(unit)?.Behaviour.Selection ?? names.Selection;

    public void Compute(UnitContext context)
    {
        if (context.Names.Part(context.Unit) is null)
        {
            UnionUnit.Run(context);
        }
        else
        {
            SelectionUnit.Run(context);
        }
    }
}
