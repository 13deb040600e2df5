using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>Softmax attention of grouped heads: O = P V, P = softmax(Q Kᵀ / √size) over the keys that the mask leaves.</summary>
/// <remarks>
/// Without a tangent: torch's fused kernel, which makes no T × T matrix; long padded rows from their first token on, so that they need no T × T mask either. With some, for each: Ṗ = P ∘ (Ṡ − rowsum(P ∘ Ṡ)), Ṡ = (Q̇ Kᵀ + Q K̇ᵀ)/√size, Ȯ = Ṗ V + P V̇,
/// in blocks of queries that read only the keys up to the block's end: half the work, and no T × T matrix.
/// </remarks>
internal static class CausalAttention
{
    private const long QueryBlock = 128;

    /// <summary>Queries [B, heads, Tq, size] and keys, values [B, key heads, Tk, size] to [B, Tq, heads · size].</summary>
    public static Dual Apply(Dual query, Dual key, Dual value, AttentionMask mask) =>
        query.IsConstant && key.IsConstant && value.IsConstant
            ? Dual.Constant(Fused(query.Value, key.Value, value.Value, mask))
            : WithTangents(query, key, value, mask);

    private static Tensor Fused(Tensor query, Tensor key, Tensor value, AttentionMask mask)
    {
        var groups = query.shape[1] / key.shape[1];
        if (mask.Starts is { } starts)
        {
            return Merge(FromStarts(query, Repeat(key, groups), Repeat(value, groups), starts));
        }

        var additive = mask.IsCausalOnly || mask.IsEmpty ? null : mask.Additive(query.dtype, query.device);
        var output = nn.functional.scaled_dot_product_attention(
            query, Repeat(key, groups), Repeat(value, groups), additive, is_casual: mask.IsCausalOnly && query.shape[2] > 1);
        return Merge(output);
    }

    private static Tensor Merge(Tensor output) => output.transpose(1, 2).reshape(output.shape[0], output.shape[2], output.shape[1] * output.shape[3]);

    /// <summary>Causal attention of each row from its first token on; 0 in front of it, which nothing reads.</summary>
    private static Tensor FromStarts(Tensor query, Tensor key, Tensor value, IReadOnlyList<long> starts)
    {
        var length = query.shape[2];
        if (starts.All(start => start == 0))
        {
            return nn.functional.scaled_dot_product_attention(query, key, value, is_casual: true);
        }

        return cat(starts.Select((start, row) =>
        {
            Tensor Part(Tensor heads) => heads.narrow(0, row, 1).narrow(2, start, length - start);
            var output = nn.functional.scaled_dot_product_attention(Part(query), Part(key), Part(value), is_casual: true);
            return start == 0 ? output : cat([zeros([1, query.shape[1], start, query.shape[3]], output.dtype, output.device), output], 2);
        }).ToArray(), 0);
    }

    /// <summary>Each key head once per query head that reads it.</summary>
    private static Tensor Repeat(Tensor heads, long groups)
    {
        var (batch, count, length, size) = (heads.shape[0], heads.shape[1], heads.shape[2], heads.shape[3]);
        return groups == 1 ? heads : heads.unsqueeze(2).expand(batch, count, groups, length, size).reshape(batch, count * groups, length, size);
    }

    private static Dual WithTangents(Dual query, Dual key, Dual value, AttentionMask mask)
    {
        var (batch, heads, length, size) = (query.Value.shape[0], query.Value.shape[1], query.Value.shape[2], query.Value.shape[3]);
        var keyHeads = key.Value.shape[1];
        var scale = 1 / Math.Sqrt(size);
        var queries = query.Value.Times(scale);
        var directions = Enumerable.Range(0, new[] { query, key, value }.Max(input => input.Tangents.Count)).Select(index => new Direction(
            cat([query.Along(index)?.Times(scale) ?? zeros_like(queries), queries], 3),
            cat([key.Value, key.Along(index) ?? zeros_like(key.Value)], 3).reshape(batch * keyHeads, length, 2 * size),
            cat([value.Value, value.Along(index) ?? zeros_like(value.Value)], 3).reshape(batch * keyHeads, length, 2 * size))).ToArray();
        var output = empty([batch, length, heads, size], queries.dtype, queries.device);
        var outputsMoved = Array.ConvertAll(directions, _ => empty_like(output));
        for (var from = 0L; from < length; from += QueryBlock)
        {
            using var block = NewDisposeScope();
            var rows = Math.Min(QueryBlock, length - from);
            var parts = directions.Select(direction => new Direction(
                direction.QueriesMoved.narrow(2, from, rows).reshape(batch * keyHeads, -1, 2 * size),
                direction.Keys.narrow(1, 0, from + rows),
                direction.Values.narrow(1, 0, from + rows))).ToArray();
            var attended = Block(queries.narrow(2, from, rows).reshape(batch * keyHeads, -1, size), parts, mask.Hidden(from, from + rows, queries.device));
            Place(output, attended.Value);
            for (var index = 0; index < directions.Length; index++)
            {
                Place(outputsMoved[index], attended.Tangents[index]!);
            }

            void Place(Tensor whole, Tensor part) => whole.narrow(1, from, rows).copy_(part.reshape(batch, heads, rows, size).transpose(1, 2));
        }

        return new Dual(output.view(batch, length, heads * size), [.. outputsMoved.Select(moved => moved.view(batch, length, heads * size))]);
    }

    /// <summary>One block of queries against all keys before its end.</summary>
    /// <remarks>Directions share scores and softmax. P V is part of each direction's product all the same: split off, its bytes could depend on how many directions there are.</remarks>
    private static Dual Block(Tensor queries, Direction[] directions, Tensor hidden)
    {
        var size = queries.shape[2];
        var scores = queries.bmm(directions[0].Keys.narrow(2, 0, size).transpose(1, 2));
        var scoresMoved = directions.Select(direction => direction.QueriesMoved.bmm(direction.Keys.transpose(1, 2))).ToArray(); // Q̇ Kᵀ + Q K̇ᵀ as one product
        scores.view(hidden.shape[0], -1, hidden.shape[2], hidden.shape[3]).FillInPlace(hidden, double.NegativeInfinity);
        var weights = SymmetricJacobian.Apply(new Dual(scores, scoresMoved), logits => logits.softmax(-1));
        var products = Array.ConvertAll(directions, direction => weights.Value.bmm(direction.Values)); // P V and P V̇
        var moved = directions.Select((direction, index) =>
            weights.Tangents[index]!.bmm(direction.Values.narrow(2, 0, size)).AddInPlace(products[index].narrow(2, size, size)));
        return new Dual(products[0].narrow(2, 0, size), [.. moved]);
    }

    /// <summary>What one direction makes of the inputs.</summary>
    /// <param name="QueriesMoved">[tangent, value] of the queries.</param>
    /// <param name="Keys">[value, tangent] of the keys.</param>
    /// <param name="Values">[value, tangent] of the values.</param>
    private sealed record Direction(Tensor QueriesMoved, Tensor Keys, Tensor Values);
}
