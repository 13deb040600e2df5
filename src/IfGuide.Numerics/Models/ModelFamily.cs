namespace IfGuide.Numerics.Models;

/// <summary>The transformer architectures that IfGuide computes.</summary>
public enum ModelFamily
{
    /// <summary>GPT-NeoX and Pythia: LayerNorm, erf GELU, one query_key_value projection interleaved per head, partial rotary embedding, biases.</summary>
    GptNeoX,

    /// <summary>Llama: RMSNorm, SwiGLU, grouped key and value heads, full rotary embedding, no biases unless asked.</summary>
    Llama,
}
