using IfGuide.Numerics.Models.Passes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>Softmax attention of grouped heads: O = P V, P = softmax(Q Kᵀ / √size) over the keys that the mask leaves.</summary>
/// <remarks>
/// Constant inputs take torch's fused kernel, which makes no T × T matrix.
/// Long padded rows take it from their first token on, so that they need no T × T mask either.
/// Inputs with tangents take <see cref="TangentAttention"/>.
/// </remarks>
internal static class CausalAttention
{
    /// <summary>Queries [B, heads, Tq, size] and keys, values [B, key heads, Tk, size] to [B, Tq, heads · size].</summary>
    public static Dual Apply(Dual query, Dual key, Dual value, AttentionMask mask)
    {
        if (query.IsConstant && key.IsConstant && value.IsConstant)
        {
            return Dual.Constant(MergeHeads(Attend(query.Value, key.Value, value.Value, mask)));
        }

        return TangentAttention.Apply(query, key, value, mask);
    }

    private static Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask)
    {
        var groups = query.shape[1] / key.shape[1];
        if (mask.Starts is { } starts)
        {
            return AttendFromStarts(query, Repeat(key, groups), Repeat(value, groups), starts);
        }

        var isSquare = mask.IsCausalOnly || mask.IsEmpty;
        var additive = isSquare ? null : mask.GetAdditive(query.dtype, query.device);
        var isCausal = mask.IsCausalOnly && query.shape[2] > 1;
        return nn.functional.scaled_dot_product_attention(
            query, Repeat(key, groups), Repeat(value, groups), additive, is_casual: isCausal);
    }

    /// <summary>[B, heads, T, size] to [B, T, heads · size].</summary>
    private static Tensor MergeHeads(Tensor output) =>
        output.transpose(1, 2).reshape(output.shape[0], output.shape[2], output.shape[1] * output.shape[3]);

    /// <summary>Causal attention of each row from its first token on; 0 in front of it, which nothing reads.</summary>
    private static Tensor AttendFromStarts(Tensor query, Tensor key, Tensor value, IReadOnlyList<long> starts)
    {
        if (starts.All(start => start == 0))
        {
            return nn.functional.scaled_dot_product_attention(query, key, value, is_casual: true);
        }

        return cat([.. starts.Select((start, row) => AttendRow(query, key, value, row, start))], 0);
    }

    /// <summary>One row of the batch, [1, heads, T, size].</summary>
    private static Tensor AttendRow(Tensor query, Tensor key, Tensor value, long row, long start)
    {
        var output = nn.functional.scaled_dot_product_attention(Cut(query), Cut(key), Cut(value), is_casual: true);
        if (start == 0)
        {
            return output;
        }

        var front = zeros([1, query.shape[1], start, query.shape[3]], output.dtype, output.device);
        return cat([front, output], 2);

        Tensor Cut(Tensor heads) => heads.narrow(0, row, 1).narrow(2, start, query.shape[2] - start);
    }

    /// <summary>Each key head once per query head that reads it.</summary>
    private static Tensor Repeat(Tensor heads, long groups)
    {
        if (groups == 1)
        {
            return heads;
        }

        var (batch, count, length, size) = (heads.shape[0], heads.shape[1], heads.shape[2], heads.shape[3]);
        var expanded = heads.unsqueeze(2).expand(batch, count, groups, length, size);
        return expanded.reshape(batch, count * groups, length, size);
    }
}
