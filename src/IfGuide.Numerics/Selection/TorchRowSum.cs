using System.Numerics;
using System.Runtime.Intrinsics;

namespace IfGuide.Numerics.Selection;

/// <summary>Sums in float32 in the order in which torch 1.13 to 2.x sums a contiguous row on a CPU with 256-bit vectors.</summary>
/// <remarks>
/// Float32 addition is not associative and rows are ranked by these sums, so parity with the reference needs its order: eight lanes by
/// four interleaved accumulators, flushed through four levels every 16 (or more) steps, then the tail, then the lanes in order.
/// </remarks>
internal static class TorchRowSum
{
    private const int Lanes = 8;
    private const int Interleaved = 4;
    private const int Levels = 4;

    /// <summary>Sum of the row's entries above <paramref name="threshold"/>.</summary>
    /// <param name="row">One row.</param>
    /// <param name="threshold">Entries up to it count as 0.</param>
    public static float Above(ReadOnlySpan<float> row, float threshold)
    {
        if (row.Length < Lanes)
        {
            return Cascade<float, OneScore>(row, threshold, row.Length);
        }

        var vectors = row.Length / Lanes;
        var lanes = Cascade<Vector256<float>, EightScores>(row, threshold, vectors);
        var total = 0f;
        foreach (var value in row[(vectors * Lanes)..])
        {
            total += value > threshold ? value : 0;
        }

        for (var lane = 0; lane < Lanes; lane++)
        {
            total += lanes[lane];
        }

        return total;
    }

    private interface ILanes<T>
    {
        static abstract T Load(ReadOnlySpan<float> row, int index, float threshold);

        static abstract T Add(T left, T right);
    }

    private readonly struct OneScore : ILanes<float>
    {
        public static float Load(ReadOnlySpan<float> row, int index, float threshold) => row[index] > threshold ? row[index] : 0;

        public static float Add(float left, float right) => left + right;
    }

    private readonly struct EightScores : ILanes<Vector256<float>>
    {
        public static Vector256<float> Load(ReadOnlySpan<float> row, int index, float threshold)
        {
            var values = Vector256.Create(row[(index * Lanes)..]);
            return values & Vector256.GreaterThan(values, Vector256.Create(threshold));
        }

        public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;
    }

    private static T Cascade<T, TLanes>(ReadOnlySpan<float> row, float threshold, int size)
        where T : unmanaged
        where TLanes : struct, ILanes<T>
    {
        var steps = size / Interleaved;
        var levelPower = Math.Max(4, CeilLog2(steps) / Levels);
        var levelStep = 1 << levelPower;
        var levelMask = levelStep - 1;
        Span<T> sums = stackalloc T[Levels * Interleaved];
        sums.Clear();
        var i = 0;
        while (i + levelStep <= steps)
        {
            for (var end = i + levelStep; i < end; i++)
            {
                AddStep<T, TLanes>(sums, row, threshold, i);
            }

            for (var level = 1; level < Levels; level++)
            {
                Promote<T, TLanes>(sums, level);
                if ((i & (levelMask << (level * levelPower))) != 0)
                {
                    break;
                }
            }
        }

        for (; i < steps; i++)
        {
            AddStep<T, TLanes>(sums, row, threshold, i);
        }

        for (var level = 1; level < Levels; level++)
        {
            for (var k = 0; k < Interleaved; k++)
            {
                sums[k] = TLanes.Add(sums[k], sums[level * Interleaved + k]);
            }
        }

        for (var rest = steps * Interleaved; rest < size; rest++)
        {
            sums[0] = TLanes.Add(sums[0], TLanes.Load(row, rest, threshold));
        }

        return TLanes.Add(TLanes.Add(TLanes.Add(sums[0], sums[1]), sums[2]), sums[3]);
    }

    private static void AddStep<T, TLanes>(Span<T> sums, ReadOnlySpan<float> row, float threshold, int step)
        where T : unmanaged
        where TLanes : struct, ILanes<T>
    {
        for (var k = 0; k < Interleaved; k++)
        {
            sums[k] = TLanes.Add(sums[k], TLanes.Load(row, step * Interleaved + k, threshold));
        }
    }

    private static void Promote<T, TLanes>(Span<T> sums, int level)
        where T : unmanaged
        where TLanes : struct, ILanes<T>
    {
        for (var k = 0; k < Interleaved; k++)
        {
            var below = (level - 1) * Interleaved + k;
            sums[below + Interleaved] = TLanes.Add(sums[below + Interleaved], sums[below]);
            sums[below] = default;
        }
    }

    private static int CeilLog2(int size) => size <= 2 ? 1 : BitOperations.Log2((uint)size - 1) + 1;
}
