namespace IfGuide.Numerics.Models.Shapes;

/// <summary>The transformer architectures that IfGuide computes.</summary>
public enum ModelFamily
{
    /// <summary>GPT-NeoX and Pythia: LayerNorm, erf GELU, one query_key_value projection interleaved per head, partial rotary embedding, biases.</summary>
    GptNeoX,

    /// <summary>Llama: RMSNorm, SwiGLU, grouped key and value heads, full rotary embedding, no biases unless asked.</summary>
    Llama,

    /// <summary>Mistral: Llama's computation. Attention within its sliding window is full attention, so the window bounds the positions.</summary>
    Mistral,

    /// <summary>Qwen2: Llama's computation with biases on queries, keys and values.</summary>
    Qwen2,

    /// <summary>GPT-2: LayerNorm, tanh GELU, one projection of all queries, then keys, then values, learned positions, biases. Hugging Face stores its weights as [in, out]; here they are [out, in] as everywhere.</summary>
    Gpt2,
}
