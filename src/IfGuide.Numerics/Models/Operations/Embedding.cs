using IfGuide.Numerics.Models.Passes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>Rows of the embedding matrix. The matrix is not tracked, so the result is constant along every direction.</summary>
internal static class Embedding
{
    /// <summary>[B, T] token ids to [B, T, d].</summary>
    public static Dual Apply(Tensor matrix, Tensor inputIds) =>
        Dual.Constant(matrix.index_select(0, inputIds.reshape(-1)).view(inputIds.shape[0], inputIds.shape[1], matrix.shape[1]));
}
