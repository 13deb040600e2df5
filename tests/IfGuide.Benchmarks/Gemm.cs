using System.Diagnostics;
using static TorchSharp.torch;

namespace IfGuide.Benchmarks;

/// <summary>The rate at which this process multiplies large matrices: what every stage is compared with.</summary>
internal static class Gemm
{
    /// <summary>Multiply-adds count two. The best of <paramref name="repeats"/> products of two 2048 × 2048 matrices.</summary>
    public static double FlopPerSecond(ScalarType precision, Device device, int repeats = 6)
    {
        const long size = 2048;
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var left = randn(size, size, dtype: precision, device: device);
        var right = randn(size, size, dtype: precision, device: device);
        var product = empty(size, size, dtype: precision, device: device);
        var best = double.MaxValue;
        for (var i = 0; i <= repeats; i++)
        {
            var watch = Stopwatch.StartNew();
            product.addmm_(left, right, 0, 1);
            Synchronise(device);
            best = i == 0 ? best : Math.Min(best, watch.Elapsed.TotalSeconds);
        }

        return 2.0 * size * size * size / best;
    }

    public static void Synchronise(Device device)
    {
        if (device.type == TorchSharp.DeviceType.CUDA)
        {
            cuda.synchronize(device);
        }
    }
}
