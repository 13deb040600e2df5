using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Curvature;

/// <summary>The running sum of x xᵀ over rows x, optionally with a constant 1 appended to every row.</summary>
/// <remarks>
/// Only the upper block columns are multiplied, which is what a symmetric rank-k update would save; the lower half is mirrored when the
/// total is asked for. The constant 1 stands for the bias: its row and column are plain sums, so that no row is copied to make room for it.
/// Accumulation is float32 or wider. bfloat16 rows are widened first: their products are then exact, whereas a bfloat16 product
/// matrix would round every entry of every batch to eight bits.
/// </remarks>
public sealed class SymmetricSum : IDisposable
{
    private const long SmallestSplit = 256;
    private const long WideSplit = 1024;

    private readonly long width;
    private readonly bool hasOnes;
    private readonly long blockWidth;
    private readonly Tensor sum;

    /// <summary>Starts at zero.</summary>
    /// <param name="width">Numbers per row, without the constant.</param>
    /// <param name="hasOnes">True: a constant 1 is appended to every row.</param>
    /// <param name="precision">float32 or float64.</param>
    /// <param name="device">Where the sum lives.</param>
    public SymmetricSum(long width, bool hasOnes, ScalarType precision, Device device)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        AccumulationPrecision.Check(precision);
        this.width = width;
        this.hasOnes = hasOnes;
        var blocks = width < SmallestSplit ? 1 : width < WideSplit ? 4 : 8; // measured: more blocks than this lose more speed than they save work
        blockWidth = (width + blocks - 1) / blocks;
        var size = hasOnes ? width + 1 : width;
        sum = zeros(size, size, dtype: precision, device: device).DetachFromDisposeScope();
    }

    /// <summary>Rows added so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds Σ x xᵀ over the rows.</summary>
    /// <param name="rows">[rows, width], any floating type.</param>
    public void Add(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var x = rows.to_type(sum.dtype);
        var square = sum.narrow(0, 0, width).narrow(1, 0, width);
        for (long start = 0; start < width; start += blockWidth)
        {
            var block = Math.Min(blockWidth, width - start);
            var upper = square.narrow(0, 0, start + block).narrow(1, start, block);
            upper.addmm_(x.narrow(1, 0, start + block).t(), x.narrow(1, start, block), 1, 1);
        }

        if (hasOnes)
        {
            sum.select(1, width).narrow(0, 0, width).AddInPlace(x.sum(0L));
        }

        Rows += rows.shape[0];
    }

    /// <summary>The sum of the diagonal without the constant's entry, a scalar: not finite if any row was not, because |Cᵢⱼ|² ≤ Cᵢᵢ Cⱼⱼ.</summary>
    public Tensor Trace()
    {
        using var scope = NewDisposeScope();
        return sum.diagonal().narrow(0, 0, width).sum().MoveToOuterDisposeScope();
    }

    /// <summary>The whole matrix, mirrored; owned by this object and overwritten by later additions.</summary>
    /// <returns>[width, width], or [width + 1, width + 1] with the constant last.</returns>
    public Tensor Total()
    {
        using var scope = NewDisposeScope();
        if (hasOnes)
        {
            sum[width, width] = tensor((double)Rows).to(sum.dtype, sum.device); // set, not added: a float32 running count stops at 2²⁴
        }

        sum.copy_(sum.triu().Plus(sum.triu(1).t()));
        return sum;
    }

    /// <summary>Frees the sum.</summary>
    public void Dispose() => sum.Dispose();
}
