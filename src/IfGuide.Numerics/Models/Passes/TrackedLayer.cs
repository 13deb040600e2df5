using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Passes;

/// <summary>A linear layer whose weight (and bias) influence is computed for.</summary>
/// <remarks>Such are the projections of attention and perceptron, not embeddings, norms or head.</remarks>
public sealed class TrackedLayer
{
    internal TrackedLayer(int index, string name, Tensor weight, Tensor? bias, string inputGroup)
    {
        Index = index;
        Name = name;
        Weight = weight;
        Bias = bias;
        InputGroup = inputGroup;
        Outputs = weight.shape[0];
        Inputs = weight.shape[1];
        if (bias is not null)
        {
            Inputs++;
        }
    }

    /// <summary>Place among <see cref="CausalLanguageModel.TrackedLayers"/>.</summary>
    public int Index { get; }

    /// <summary>Hugging Face module name, e.g. <c>gpt_neox.layers.0.attention.dense</c>.</summary>
    public string Name { get; }

    /// <summary>W of y = W x + b, [out, in]; owned by the model.</summary>
    public Tensor Weight { get; }

    /// <summary>b, [out]; null: the layer has none.</summary>
    public Tensor? Bias { get; }

    /// <summary>Name of the first tracked layer that reads the same activation. Layers of one group share their covariance.</summary>
    public string InputGroup { get; }

    /// <summary>Columns of the layer's gradient matrix: in, or in + 1 with a bias, whose gradient is the last column.</summary>
    public long Inputs { get; }

    /// <summary>Rows of the layer's gradient matrix.</summary>
    public long Outputs { get; }

    /// <summary>Whether the layer has a bias.</summary>
    public bool HasBias => Bias is not null;
}
