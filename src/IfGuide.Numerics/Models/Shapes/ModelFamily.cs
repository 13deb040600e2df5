namespace IfGuide.Numerics.Models.Shapes;

/// <summary>The transformer architectures that IfGuide computes.</summary>
public enum ModelFamily
{
    /// <summary>GPT-NeoX and Pythia: LayerNorm, erf GELU, partial rotary embedding, biases.</summary>
    /// <remarks>One query_key_value projection interleaves the heads.</remarks>
    GptNeoX,

    /// <summary>Llama: RMSNorm, SwiGLU, grouped key and value heads, full rotary embedding, no biases unless asked.</summary>
    Llama,

    /// <summary>Mistral: Llama's computation. Attention within its sliding window is full attention, so the window bounds the positions.</summary>
    Mistral,

    /// <summary>Qwen2: Llama's computation with biases on queries, keys and values.</summary>
    Qwen2,

    /// <summary>GPT-2: LayerNorm, tanh GELU, learned positions, biases.</summary>
    /// <remarks>
    /// One projection makes all queries, then keys, then values.
    /// Hugging Face stores its weights as [in, out]; here they are [out, in] as everywhere.
    /// </remarks>
    Gpt2,
}
