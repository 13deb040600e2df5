using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary><see cref="CausalAttention"/> with tangents, for each direction: Ȯ = Ṗ V + P V̇.</summary>
/// <remarks>
/// Ṗ = P ∘ (Ṡ − rowsum(P ∘ Ṡ)) with Ṡ = (Q̇ Kᵀ + Q K̇ᵀ) / √size.
/// It goes by blocks of queries that read only the keys up to the block's end: half the work, and no T × T matrix.
/// </remarks>
internal static class TangentAttention
{
    private const long QueryBlock = 128;

    /// <summary>Queries [B, heads, T, size] and keys, values [B, key heads, T, size] to [B, T, heads · size].</summary>
    public static Dual Apply(Dual query, Dual key, Dual value, AttentionMask mask)
    {
        var shape = query.Value.shape; // [B, heads, T, size]
        var (batch, heads, length, size) = (shape[0], shape[1], shape[2], shape[3]);
        var queries = query.Value.Times(1 / Math.Sqrt(size));
        var directions = CreateDirections(queries, query, key, value);
        var output = empty([batch, length, heads, size], queries.dtype, queries.device);
        var outputsMoved = Array.ConvertAll(directions, _ => empty_like(output));
        for (var from = 0L; from < length; from += QueryBlock)
        {
            using var block = NewDisposeScope();
            var rows = Math.Min(QueryBlock, length - from);
            var hidden = mask.MarkHidden(from, from + rows, queries.device);
            var attended = AttendFrom(from, rows, queries, directions, hidden);
            PlaceRows(output, from, rows, attended.Value);
            for (var index = 0; index < directions.Length; index++)
            {
                PlaceRows(outputsMoved[index], from, rows, attended.Tangents[index]!);
            }
        }

        return new Dual(MergeHeads(output), [.. outputsMoved.Select(MergeHeads)]);
    }

    private static Direction[] CreateDirections(Tensor queries, Dual query, Dual key, Dual value)
    {
        var count = Math.Max(query.Tangents.Count, Math.Max(key.Tangents.Count, value.Tangents.Count));
        return [.. Enumerable.Range(0, count).Select(Create)];

        Direction Create(int index)
        {
            var moved = query.Along(index)?.Times(1 / Math.Sqrt(queries.shape[3])) ?? zeros_like(queries);
            return new Direction(cat([moved, queries], 3), Join(key, index), Join(value, index));
        }
    }

    /// <summary>[value, tangent], [B · key heads, T, 2 size].</summary>
    private static Tensor Join(Dual heads, int index)
    {
        var joined = cat([heads.Value, heads.Along(index) ?? zeros_like(heads.Value)], 3);
        return joined.reshape(-1, joined.shape[2], joined.shape[3]);
    }

    /// <summary>The queries from one on against all keys before their end, [B · key heads, heads per key · rows, size].</summary>
    private static Dual AttendFrom(long from, long rows, Tensor queries, Direction[] directions, Tensor hidden)
    {
        var (heads, size) = (directions[0].Keys.shape[0], queries.shape[3]);
        var parts = Array.ConvertAll(directions, Cut);
        var own = queries.narrow(2, from, rows).reshape(heads, -1, size);
        return AttendBlock(own, parts, hidden);

        Direction Cut(Direction direction) => new(
            direction.QueriesMoved.narrow(2, from, rows).reshape(heads, -1, 2 * size),
            direction.Keys.narrow(1, 0, from + rows),
            direction.Values.narrow(1, 0, from + rows));
    }

    /// <summary>One block of queries against all keys before its end.</summary>
    /// <remarks>
    /// Directions share scores and softmax. P V is part of each direction's product all the same:
    /// split off, its bytes could depend on how many directions there are.
    /// </remarks>
    private static Dual AttendBlock(Tensor queries, Direction[] directions, Tensor hidden)
    {
        var size = queries.shape[2];
        var keys = directions[0].Keys.narrow(2, 0, size);
        var scores = queries.bmm(keys.transpose(1, 2));
        var scoresMoved = Array.ConvertAll(directions, direction => direction.MoveScores());
        scores.view(hidden.shape[0], -1, hidden.shape[2], hidden.shape[3]).FillInPlace(hidden, double.NegativeInfinity);
        var weights = SymmetricJacobian.Apply(new Dual(scores, scoresMoved), logits => logits.softmax(-1));
        return ApplyWeights(weights, directions, size);
    }

    /// <summary>P V, and Ṗ V + P V̇ of each direction.</summary>
    private static Dual ApplyWeights(Dual weights, Direction[] directions, long size)
    {
        var products = Array.ConvertAll(directions, direction => weights.Value.bmm(direction.Values)); // P V and P V̇
        return new Dual(products[0].narrow(2, 0, size), [.. directions.Select(Move)]);

        Tensor Move(Direction direction, int index)
        {
            var moved = weights.Tangents[index]!.bmm(direction.Values.narrow(2, 0, size)); // Ṗ V
            return moved.AddInPlace(products[index].narrow(2, size, size));
        }
    }

    /// <summary>Writes [B · key heads, heads per key · rows, size] into [B, T, heads, size].</summary>
    private static void PlaceRows(Tensor whole, long from, long rows, Tensor part)
    {
        var (batch, heads, size) = (whole.shape[0], whole.shape[2], whole.shape[3]);
        whole.narrow(1, from, rows).copy_(part.reshape(batch, heads, rows, size).transpose(1, 2));
    }

    private static Tensor MergeHeads(Tensor output) =>
        output.view(output.shape[0], output.shape[1], output.shape[2] * output.shape[3]);

    /// <summary>What one direction makes of the inputs.</summary>
    /// <param name="QueriesMoved">[tangent, value] of the queries.</param>
    /// <param name="Keys">[value, tangent] of the keys.</param>
    /// <param name="Values">[value, tangent] of the values.</param>
    private sealed record Direction(Tensor QueriesMoved, Tensor Keys, Tensor Values)
    {
        /// <summary>Q̇ Kᵀ + Q K̇ᵀ as one product.</summary>
        public Tensor MoveScores() => QueriesMoved.bmm(Keys.transpose(1, 2));
    }
}
