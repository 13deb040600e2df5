using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Planning;

namespace IfGuide.Pipeline.Execution;

/// <summary>The units of a run as a pure function of its specification and prepared inputs.</summary>
public static class RunPlan
{
    /// <summary>The unit that prepares the inputs; every submission runs it, since the user's files may have changed.</summary>
    /// <param name="specification">The run.</param>
    /// <param name="specificationName">Its store name.</param>
    public static UnitReference Preparation(RunSpec specification, string specificationName)
    {
        ArgumentNullException.ThrowIfNull(specification);
        return new()
        {
            Run = specification.Run,
            Specification = specificationName,
            Stage = Stage.Prepare,
            Name = "inputs",
            Kind = UnitKind.Preparation,
            Artifact = string.Empty,
        };
    }

    /// <summary>The stages after the preparation, in order; stages that the run does not have are left out.</summary>
    /// <param name="specification">The run.</param>
    /// <param name="specificationName">Its store name.</param>
    /// <param name="inputs">The prepared inputs.</param>
    /// <param name="inputsName">Their store name.</param>
    public static IReadOnlyList<StagePlan> Create(RunSpec specification, string specificationName, PreparedInputs inputs, string inputsName)
    {
        ArgumentNullException.ThrowIfNull(specification);
        ArgumentNullException.ThrowIfNull(inputs);
        var planner = new UnitPlanner(specification, specificationName, inputs, inputsName);
        return [.. Stages.All.Select(stage => new StagePlan(stage.Stage, [.. stage.Plan(planner)])).Where(plan => plan.Waves.Count > 0)];
    }

    /// <summary>The artifact that marks a unit as done.</summary>
    /// <param name="names">Names of the run's artifacts.</param>
    /// <param name="unit">A unit after the preparation.</param>
    /// <exception cref="ArgumentException">The run has no such unit.</exception>
    public static string ArtifactOf(ArtifactNames names, UnitReference unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return Stages.Find(unit.Stage).ArtifactOf(names, unit);
    }

    /// <summary>The folder of the store that a stage's artifacts lie in.</summary>
    /// <param name="stage">A stage after the preparation.</param>
    public static string FolderOf(Stage stage) => Stages.Find(stage).Folder;
}
