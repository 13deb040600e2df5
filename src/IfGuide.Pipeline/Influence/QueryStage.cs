using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;

namespace IfGuide.Pipeline.Influence;

/// <summary>The gradient of each query set; then the contrast of each behaviour's two, preconditioned group by group.</summary>
internal sealed class QueryStage : IRunStage
{
    public Stage Stage => Stage.Query;

    public string Folder => "query";

    public bool NeedsDevice => true;

    public IEnumerable<IReadOnlyList<UnitReference>> Plan(UnitPlanner planner)
    {
        yield return planner.CreateDistinct(behaviour =>
        [
            CreateSet(planner, behaviour, UnitNames.Toxic, behaviour.Queries.Toxic),
            CreateSet(planner, behaviour, UnitNames.Nontoxic, behaviour.Queries.Nontoxic),
        ]);
        yield return planner.CreateDistinct(behaviour => planner.CreateGroups(Stage, behaviour.Direction, behaviour.Name));
    }

    public string ArtifactOf(ArtifactNames names, UnitReference unit)
    {
        if (IsOfSet(unit))
        {
            return names.QueryGradient(names.QueriesOf(unit));
        }

        var (behaviour, group) = names.PartOf(unit);
        return behaviour.Direction(group);
    }

    public void Compute(UnitContext context)
    {
        if (IsOfSet(context.Unit))
        {
            QueryGradientUnit.Run(context);
        }
        else
        {
            DirectionUnit.Run(context);
        }
    }

    private static bool IsOfSet(UnitReference unit) => unit.Kind == UnitKind.CorpusShard;

    private UnitReference CreateSet(UnitPlanner planner, BehaviourNames behaviour, string role, PreparedQueries queries) =>
        planner.CreateUnit(Stage, UnitKind.CorpusShard, UnitNames.Of(behaviour.Name, role), planner.Names.QueryGradient(queries));
}
