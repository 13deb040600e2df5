using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;

namespace IfGuide.Pipeline.Planning;

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
        var names = new ArtifactNames(specification, inputs);
        UnitReference Unit(Stage stage, UnitKind kind, string name, string artifact) => new()
        {
            Run = specification.Run,
            Specification = specificationName,
            Inputs = inputsName,
            Stage = stage,
            Name = name,
            Kind = kind,
            Artifact = artifact,
        };
        UnitReference[] Shards(Stage stage, Func<int, string> artifact) =>
            [.. Enumerable.Range(0, inputs.Shards).Select(shard => Unit(stage, UnitKind.CorpusShard, UnitNames.Shard(shard), artifact(shard)))];
        UnitReference[] Layers(Stage stage, Func<string, string> artifact) =>
            [.. inputs.Proxy.InputGroups.Select(group => Unit(stage, UnitKind.LayerFactor, group, artifact(group)))];

        var plan = new List<StagePlan>();
        void Add(Stage stage, params IReadOnlyList<UnitReference>[] waves) => plan.Add(new StagePlan(stage, waves));
        IEnumerable<IReadOnlyList<UnitReference>> Trainings(Stage stage, IReadOnlyList<string> models, Func<string, string> weights, TrainingSpec training) => TrainingWaves(models, training, inputs.Sequences)
            .Select(parts => (IReadOnlyList<UnitReference>)[.. parts.Select(part => Unit(stage, UnitKind.Training, part.Name, part.Artifact(weights(part.Model))))]);

        if (inputs.Proxy.Weights is null)
        {
            Add(Stage.TrainProxy, [.. Trainings(Stage.TrainProxy, [UnitNames.Proxy], _ => names.ProxyWeights, names.ProxyTraining)]);
        }

        if (names.HasEigenbasis)
        {
            Add(Stage.Covariance, Shards(Stage.Covariance, names.Covariance));
            Add(Stage.Eigenbasis, Layers(Stage.Eigenbasis, names.Eigenbasis));
        }

        if (names.HasLambda)
        {
            Add(Stage.Lambda, Shards(Stage.Lambda, names.Lambda));
        }

        plan.AddRange(OfBehaviours(names, inputs, Unit));
        if (specification.Target is not null)
        {
            Add(Stage.Train, [.. names.Trainings.SelectMany(models => Trainings(Stage.Train, models, names.TrainedWeights, specification.Training))]);
            if (specification.Evaluation is not null)
            {
                Add(Stage.Evaluate, [.. names.Variants.Select(variant => Unit(Stage.Evaluate, UnitKind.Evaluation, variant, names.Evaluation(variant)))]);
            }
        }

        Add(Stage.Report, [Unit(Stage.Report, UnitKind.Evaluation, UnitNames.Report, names.Report)]);
        return plan;
    }

    /// <summary>Models that are trained side by side: one unit each, or round by round the workers of all and then their merges. Preference optimisation has no rounds: it is short.</summary>
    private static IEnumerable<IEnumerable<TrainingPart>> TrainingWaves(IReadOnlyList<string> models, TrainingSpec training, long sequences)
    {
        if (TrainingRounds.Of(training, sequences) is not { } rounds || models.Contains(Variants.Dpo))
        {
            yield return models.Select(model => new TrainingPart(model, Round: null, Worker: null));
            yield break;
        }

        yield return models.Select(model => new TrainingPart(model, Round: 0, Worker: null));
        for (var round = 1; round <= rounds.Last; round++)
        {
            var (current, end) = (round, round < rounds.Last ? round : (int?)null);
            yield return models.SelectMany(model => Enumerable.Range(0, rounds.Workers).Select(worker => new TrainingPart(model, current, worker)));
            yield return models.Select(model => new TrainingPart(model, end, Worker: null));
        }
    }

    /// <summary>Queries, scores and selection. Behaviours may share query sets: one artifact, one unit.</summary>
    private static IEnumerable<StagePlan> OfBehaviours(ArtifactNames names, PreparedInputs inputs, Func<Stage, UnitKind, string, string, UnitReference> unit)
    {
        IReadOnlyList<UnitReference> Distinct(Func<BehaviourNames, IEnumerable<UnitReference>> units) => [.. names.Behaviours.SelectMany(units).DistinctBy(each => each.Artifact)];
        string Name(BehaviourNames behaviour, string name) => UnitNames.Of(behaviour.Name, name);

        yield return new StagePlan(Stage.Query,
        [
            Distinct(behaviour =>
            [
                unit(Stage.Query, UnitKind.CorpusShard, Name(behaviour, UnitNames.Toxic), names.QueryGradient(behaviour.Queries.Toxic)),
                unit(Stage.Query, UnitKind.CorpusShard, Name(behaviour, UnitNames.Nontoxic), names.QueryGradient(behaviour.Queries.Nontoxic)),
            ]),
            Distinct(behaviour => inputs.Proxy.InputGroups.Select(group => unit(Stage.Query, UnitKind.LayerFactor, Name(behaviour, group), behaviour.Direction(group)))),
        ]);

        // A wave for each behaviour: the first unit of a shard scores it for all behaviours whose scores are not there, in one pass; the later waves find them.
        yield return new StagePlan(Stage.Score, [.. names.Behaviours.DistinctBy(behaviour => behaviour.ScoreKey).Select(behaviour =>
            (IReadOnlyList<UnitReference>)[.. Enumerable.Range(0, inputs.Shards).Select(shard => unit(Stage.Score, UnitKind.CorpusShard, Name(behaviour, UnitNames.Shard(shard)), behaviour.Scores(shard)))])]);

        var selections = Distinct(behaviour => [unit(Stage.Select, UnitKind.Selection, Name(behaviour, UnitNames.Selection), behaviour.Selection)]);
        yield return new StagePlan(Stage.Select, names.Behaviours.Count == 1 ? [selections] : [selections, [unit(Stage.Select, UnitKind.Selection, UnitNames.Selection, names.Selection)]]);
    }
}
