using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Safetensors;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Training.Rounds;

/// <summary>What a round leaves to the next: the weights, how the training went so far, and what went through the store.</summary>
internal sealed class RoundState
{
    public const string WeightPrefix = "weight.";
    private const string TrafficName = "traffic";

    /// <summary>Weights by Hugging Face name, float32; owned by nobody's scope.</summary>
    public required IReadOnlyDictionary<string, Tensor> Weights { get; init; }

    public required TrainingCurve Curve { get; init; }

    public required RoundTraffic Traffic { get; init; }

    /// <summary>Reads it; the weights go to a device.</summary>
    public static RoundState Load(UnitContext context, string artifact, Device? device = null)
    {
        using var scope = NewDisposeScope();
        var state = TensorArchive.Load(context.Store.Fetch(artifact), device);
        var traffic = state[TrafficName].cpu().data<long>().ToArray();
        return new RoundState
        {
            Weights = state.Where(entry => entry.Key.StartsWith(WeightPrefix, StringComparison.Ordinal)).ToDictionary(entry => entry.Key[WeightPrefix.Length..], entry => entry.Value.DetachFromDisposeScope()),
            Curve = TrainingCurve.Of(state.ToDictionary(entry => entry.Key, entry => entry.Key.StartsWith(WeightPrefix, StringComparison.Ordinal) ? entry.Value : entry.Value.cpu())),
            Traffic = new RoundTraffic(traffic[0], traffic[1], traffic[2]),
        };
    }

    public void Save(UnitContext context, string artifact)
    {
        using var scope = NewDisposeScope();
        var state = Weights.Select(weight => KeyValuePair.Create(WeightPrefix + weight.Key, weight.Value)).Concat(Curve.ToTensors())
            .Append(KeyValuePair.Create(TrafficName, tensor([Traffic.Tokens, Traffic.WeightBytes, Traffic.StateBytes])));
        context.Store.Put(artifact, stream => TensorArchive.Write(stream, state));
    }
}
