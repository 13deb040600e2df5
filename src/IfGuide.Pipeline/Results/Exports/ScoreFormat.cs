namespace IfGuide.Pipeline.Results.Exports;

/// <summary>Formats of scores (CONTRACT section 4).</summary>
public enum ScoreFormat
{
    /// <summary>An .npy, float32 [sequences, tokens].</summary>
    Npy,

    /// <summary>A safetensors file of one tensor <c>scores</c>, float32 [sequences, tokens].</summary>
    Safetensors,

    /// <summary>A Parquet table, a row a token: document, token, text, offset, score.</summary>
    Parquet,
}
