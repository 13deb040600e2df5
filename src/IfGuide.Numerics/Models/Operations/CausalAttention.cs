using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>Softmax attention of grouped heads: O = P V, P = softmax(Q Kᵀ / √size) over the keys that the mask leaves.</summary>
/// <remarks>
/// Without a tangent: torch's fused kernel. With one: Ṗ = P ∘ (Ṡ − rowsum(P ∘ Ṡ)), Ṡ = (Q̇ Kᵀ + Q K̇ᵀ)/√size, Ȯ = Ṗ V + P V̇,
/// in blocks of queries that read only the keys up to the block's end: half the work, and no T × T matrix.
/// </remarks>
internal static class CausalAttention
{
    private const long QueryBlock = 128;

    /// <summary>Queries [B, heads, Tq, size] and keys, values [B, key heads, Tk, size] to [B, Tq, heads · size].</summary>
    public static Dual Apply(Dual query, Dual key, Dual value, AttentionMask mask) =>
        query.Tangent is null && key.Tangent is null && value.Tangent is null
            ? Dual.Constant(Fused(query.Value, key.Value, value.Value, mask))
            : WithTangent(query, key, value, mask);

    private static Tensor Fused(Tensor query, Tensor key, Tensor value, AttentionMask mask)
    {
        var groups = query.shape[1] / key.shape[1];
        var additive = mask.IsCausalOnly || mask.IsEmpty ? null : mask.Additive(query.dtype, query.device);
        var output = nn.functional.scaled_dot_product_attention(
            query, Repeat(key, groups), Repeat(value, groups), additive, is_casual: mask.IsCausalOnly && query.shape[2] > 1);
        return output.transpose(1, 2).reshape(query.shape[0], query.shape[2], query.shape[1] * query.shape[3]);
    }

    /// <summary>Each key head once per query head that reads it.</summary>
    private static Tensor Repeat(Tensor heads, long groups)
    {
        var (batch, count, length, size) = (heads.shape[0], heads.shape[1], heads.shape[2], heads.shape[3]);
        return groups == 1 ? heads : heads.unsqueeze(2).expand(batch, count, groups, length, size).reshape(batch, count * groups, length, size);
    }

    private static Dual WithTangent(Dual query, Dual key, Dual value, AttentionMask mask)
    {
        var (batch, heads, length, size) = (query.Value.shape[0], query.Value.shape[1], query.Value.shape[2], query.Value.shape[3]);
        var keyHeads = key.Value.shape[1];
        var scale = 1 / Math.Sqrt(size);
        var queries = query.Value.Times(scale);
        var queriesMoved = cat([query.Tangent?.Times(scale) ?? zeros_like(queries), queries], 3);
        var keys = cat([key.Value, key.Tangent ?? zeros_like(key.Value)], 3).reshape(batch * keyHeads, length, 2 * size);
        var values = cat([value.Value, value.Tangent ?? zeros_like(value.Value)], 3).reshape(batch * keyHeads, length, 2 * size);
        var output = empty([batch, length, heads, size], queries.dtype, queries.device);
        var outputMoved = empty_like(output);
        for (var from = 0L; from < length; from += QueryBlock)
        {
            using var block = NewDisposeScope();
            var rows = Math.Min(QueryBlock, length - from);
            var (o, moved) = Block(
                queries.narrow(2, from, rows).reshape(batch * keyHeads, -1, size),
                queriesMoved.narrow(2, from, rows).reshape(batch * keyHeads, -1, 2 * size),
                keys.narrow(1, 0, from + rows),
                values.narrow(1, 0, from + rows),
                mask.Hidden(from, from + rows, queries.device));
            output.narrow(1, from, rows).copy_(o.reshape(batch, heads, rows, size).transpose(1, 2));
            outputMoved.narrow(1, from, rows).copy_(moved.reshape(batch, heads, rows, size).transpose(1, 2));
        }

        return new Dual(output.view(batch, length, heads * size), outputMoved.view(batch, length, heads * size));
    }

    /// <summary>One block of queries against all keys before its end; keys and values carry [value, tangent], the moved queries [tangent, value].</summary>
    private static (Tensor Output, Tensor Moved) Block(Tensor queries, Tensor queriesMoved, Tensor keys, Tensor values, Tensor hidden)
    {
        var size = queries.shape[2];
        var scores = queries.bmm(keys.narrow(2, 0, size).transpose(1, 2));
        var scoresMoved = queriesMoved.bmm(keys.transpose(1, 2)); // Q̇ Kᵀ + Q K̇ᵀ as one product
        scores.view(hidden.shape[0], -1, hidden.shape[2], hidden.shape[3]).FillInPlace(hidden, double.NegativeInfinity);
        var weights = SymmetricJacobian.Apply(scores, scoresMoved, logits => logits.softmax(-1));
        var products = weights.Value.bmm(values); // P V and P V̇
        var moved = weights.Tangent!.bmm(values.narrow(2, 0, size)).AddInPlace(products.narrow(2, size, size));
        return (products.narrow(2, 0, size), moved);
    }
}
