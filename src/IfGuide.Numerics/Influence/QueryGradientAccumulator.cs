using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Influence;

/// <summary>How much was summed into a query gradient.</summary>
/// <param name="Sequences">Query sequences.</param>
/// <param name="LossTokens">Tokens that carry loss.</param>
public readonly record struct QueryCounts(long Sequences, long LossTokens);

/// <summary>Sums each tracked layer's gradient of the loss over query sequences, in float32 or wider.</summary>
public sealed class QueryGradientAccumulator : IDisposable
{
    private readonly CausalLanguageModel model;
    private readonly NextTokenHead head;
    private readonly Dictionary<string, Tensor> sums = new(StringComparer.Ordinal);

    /// <summary>Starts at zero.</summary>
    /// <param name="model">Stays the caller's; must outlive this object.</param>
    public QueryGradientAccumulator(CausalLanguageModel model)
    {
        this.model = model;
        head = new NextTokenHead(model.Unembedding);
        var precision = AccumulationPrecision.For(model.Precision);
        foreach (var layer in model.TrackedLayers)
        {
            sums.Add(layer.Name, zeros(layer.Outputs, layer.Inputs, dtype: precision, device: model.Device).DetachFromDisposeScope());
        }
    }

    /// <summary>What was summed so far.</summary>
    public QueryCounts Counts { get; private set; }

    /// <summary>Σ over sequences of d(summed loss)/d(weights), by layer, [out, in (+ 1)] with the bias last; owned by this object.</summary>
    public IReadOnlyDictionary<string, Tensor> Sums => sums;

    /// <summary>Adds query sequences; labels select the tokens whose loss counts.</summary>
    /// <param name="batch">Tensors on the model's device.</param>
    /// <exception cref="NonFiniteException">A weight, an activation, a gradient or a sum is not finite; the sums are then useless.</exception>
    public void Add(TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        using var pass = CapturedPass.Run(model, head, batch, LabelSource.Empirical);
        foreach (var (layer, input, gradient) in pass.Layers)
        {
            using var inner = NewDisposeScope();
            var sum = sums[layer.Name];
            var inputs = input.shape[2];
            var a = input.reshape(-1, inputs).to_type(sum.dtype); // bfloat16 products would be rounded entry by entry
            var g = gradient.reshape(-1, gradient.shape[2]).to_type(sum.dtype);
            sum.narrow(1, 0, inputs).addmm_(g.t(), a, 1, 1);
            if (layer.HasBias)
            {
                sum.select(1, inputs).AddInPlace(g.sum(0L));
            }
        }

        var lossTokens = batch.Labels.narrow(1, 1, batch.Labels.shape[1] - 1).Differs(TokenBatch.NoLabel).sum().item<long>();
        Counts = new QueryCounts(Counts.Sequences + batch.InputIds.shape[0], Counts.LossTokens + lossTokens);
        pass.ThrowIfNotFinite("query gradient", sums.Select(entry => (entry.Key, entry.Value)));
    }

    /// <summary>Frees the sums.</summary>
    public void Dispose()
    {
        head.Dispose();
        foreach (var sum in sums.Values)
        {
            sum.Dispose();
        }
    }
}
