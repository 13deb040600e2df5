using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Randomness;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Methods;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Safetensors;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Curvature;

/// <summary>Sums of squared, rotated sequence gradients over one shard; unrotated for the diagonal strategy.</summary>
internal sealed class LambdaStage : IRunStage
{
    public Stage Stage => Stage.Lambda;

    public string Folder => "lambda";

    public bool NeedsDevice => true;

    public IEnumerable<IReadOnlyList<UnitReference>> Plan(UnitPlanner planner)
    {
        if (planner.Names.HasLambda)
        {
            yield return planner.CreateShards(Stage, planner.Names.Lambda);
        }
    }

    public string ArtifactOf(ArtifactNames names, UnitReference unit) => names.Lambda(UnitNames.ShardOf(unit.Name));

    public void Compute(UnitContext context)
    {
        using var scope = NewDisposeScope();
        var model = ProxyModel.Of(context);
        var basis = context.Specification.Factors.Curvature().NeedsEigenbasis ? Basis(context) : null;
        using var sums = new LambdaAccumulator(model, basis);
        var labels = FactorLabels.Of(context, RandomPurpose.LambdaLabels);
        foreach (var batch in ShardBatches.OfFactorSample(context))
        {
            sums.Add(batch, labels);
        }

        var tensors = sums.Sums().Select(sum => KeyValuePair.Create(FactorNames.Of(FactorNames.Lambda, sum.Key), sum.Value));
        FactorFile.Put(context, tensors, (FactorNames.Sequences, sums.SequenceCount));
    }

    private static Dictionary<string, LayerBasis> Basis(UnitContext context)
    {
        var vectors = context.Session.Factors($"basis {context.Names.Eigenbasis(string.Empty)}", () => ReadVectors(context));
        return ProxyModel.Of(context).TrackedLayers.ToDictionary(
            layer => layer.Name,
            layer => new LayerBasis(
                vectors[FactorNames.Of(FactorNames.ActivationEigenvectors, layer.InputGroup)],
                vectors[FactorNames.Of(FactorNames.GradientEigenvectors, layer.Name)]));
    }

    private static Dictionary<string, Tensor> ReadVectors(UnitContext context)
    {
        var vectors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var group in context.Inputs.Proxy.InputGroups)
        {
            using var file = SafetensorsFile.Open(context.Store.Fetch(context.Names.Eigenbasis(group)));
            foreach (var name in file.Tensors.Keys.Where(name => name.Contains("eigenvectors/", StringComparison.Ordinal)))
            {
                vectors.Add(name, TensorArchive.Load(file, name, context.Session.Device));
            }
        }

        return vectors;
    }
}
