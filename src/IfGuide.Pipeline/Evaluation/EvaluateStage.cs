using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Numerics.Evaluation;
using IfGuide.Numerics.Models;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Tokenizers;
using MessagePack;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Evaluation;

/// <summary>Toxicity and fluency of one model.</summary>
internal sealed class EvaluateStage : IRunStage
{
    public Stage Stage => Stage.Evaluate;

    public string Folder => "evaluate";

    public bool NeedsDevice => true;

    public IEnumerable<IReadOnlyList<UnitReference>> Plan(UnitPlanner planner)
    {
        if (planner.Specification is { Target: not null, Evaluation: not null })
        {
            var names = planner.Names;
            yield return [.. names.Variants.Select(variant =>
                planner.CreateUnit(Stage, UnitKind.Evaluation, variant, names.Evaluation(variant)))];
        }
    }

    public string ArtifactOf(ArtifactNames names, UnitReference unit) => names.Evaluation(unit.Name);

    public void Compute(UnitContext context)
    {
        var variant = context.Unit.Name;
        var evaluation = new EvaluationContext
        {
            Variant = variant,
            Evaluation = context.Specification.Evaluation!,
            Seed = context.Specification.Seed,
            Inputs = context.Inputs,
            Store = context.Store,
            Work = context.Work,
            BehaviourLosses = context.Names.AreNamed ? context.Names.BehaviourLosses(variant) : null,
        };
        var record = Measure(evaluation, context.Inputs.Target!.Configuration, context.Names.TrainedWeights(variant), context.Names.Mask);
        context.Store.Put(context.Unit.Artifact, stream => MessagePackSerializer.Serialize(stream, record));
    }

    /// <summary>Measures a model.</summary>
    /// <param name="context">What is measured, and with what.</param>
    /// <param name="configuration">Store name of its configuration.</param>
    /// <param name="weights">Store name of its weights.</param>
    /// <param name="mask">Store name of a shard's mask of selected tokens; null: none are.</param>
    public static EvaluationRecord Measure(EvaluationContext context, string configuration, string weights, Func<int, string>? mask)
    {
        using var scope = NewDisposeScope();
        using var model = context.Session.Load(context.Store, configuration, weights);
        var tokenizer = TokenizerFile.Load(context.Store.Fetch(context.Inputs.Tokenizer!));
        var (toxicity, examples) = context.Inputs.Prompts is null ? ([], []) : ToxicityMeasurement.Measure(context, model, tokenizer);
        var record = new EvaluationRecord { Variant = context.Variant, Toxicity = toxicity, Examples = examples };
        return Variants.IsRewarded(context.Variant) ? record : WithLosses(record, context, model, tokenizer, mask); // decoding changes no likelihood
    }

    public static Estimate Of(Interval interval) => new() { Value = interval.Value, Low = interval.Low, High = interval.High };

    private static EvaluationRecord WithLosses(EvaluationRecord record, EvaluationContext context, CausalLanguageModel model, TokenizerFile tokenizer, Func<int, string>? mask)
    {
        var words = FluencyMeasurement.LastWords(context, model, tokenizer);
        Estimate? Loss(PreparedQueries? queries) => queries is null ? null : LossMeasurement.OfQueries(context, model, queries);
        Estimate? toxic = Loss(context.Inputs.Toxic), nontoxic = Loss(context.Inputs.Nontoxic);
        if (context.BehaviourLosses is { } artifact)
        {
            BehaviourLossRecord[] losses = [.. context.Inputs.Named!.Select(behaviour => new BehaviourLossRecord
            {
                Name = behaviour.Name!,
                ToxicQueryLoss = Loss(behaviour.Toxic)?.Value,
                NontoxicQueryLoss = Loss(behaviour.Nontoxic)?.Value,
            })];
            context.Store.Put(artifact, stream => MessagePackSerializer.Serialize(stream, losses));
        }

        return record with
        {
            Perplexity = FluencyMeasurement.Perplexity(context, model, tokenizer),
            LastToken = words?.Token,
            LastWord = words?.Word,
            ToxicQueryLoss = toxic?.Value,
            NontoxicQueryLoss = nontoxic?.Value,
            ToxicQueries = toxic,
            NontoxicQueries = nontoxic,
            SelectedLoss = mask is null ? null : LossMeasurement.OfSelectedTokens(context, model, mask),
            Recognition = SideEffects.Recognition(context, model, tokenizer),
            InnocentLoss = SideEffects.InnocentLoss(context, model, tokenizer),
        };
    }
}
