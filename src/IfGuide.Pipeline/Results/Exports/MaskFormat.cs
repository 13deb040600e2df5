namespace IfGuide.Pipeline.Results.Exports;

/// <summary>Formats of masks (CONTRACT section 4).</summary>
public enum MaskFormat
{
    /// <summary>An .npy, bool [sequences, tokens]: true where a token is selected.</summary>
    Npy,

    /// <summary>A safetensors file of one tensor <c>mask</c>, bool [sequences, tokens].</summary>
    Safetensors,

    /// <summary>A line of JSON a document: its id, its source, and its spans as code points with their scores. Of one behaviour, and of a corpus with texts.</summary>
    Jsonl,

    /// <summary>A byte a token in the order of a flat token file: 1 where the loss counts, 0 where the token is suppressed.</summary>
    Megatron,

    /// <summary>An .npy, float32 [sequences, tokens]: the weight of each token's loss, 1 or what the objective gives a suppressed one.</summary>
    Weights,

    /// <summary>What <c>torch.save</c> writes of a Boolean tensor [sequences, tokens].</summary>
    Reference,
}
