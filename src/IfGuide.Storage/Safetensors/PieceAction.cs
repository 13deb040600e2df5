namespace IfGuide.Storage.Safetensors;

/// <summary>Takes a piece of a tensor.</summary>
/// <param name="offset">Offset of the piece within the tensor, in bytes.</param>
/// <param name="bytes">The piece; valid during the call only.</param>
public delegate void PieceAction(long offset, ReadOnlySpan<byte> bytes);
