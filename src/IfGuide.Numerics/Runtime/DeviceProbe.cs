using System.Diagnostics;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Runtime;

/// <summary>Asks a device what it is and how fast it multiplies; for callers that handle no tensors.</summary>
public static class DeviceProbe
{
    private const int Repetitions = 4;

    /// <summary>Checks that a device is there, and sets the number of threads.</summary>
    /// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
    /// <param name="threads">Threads of one operation on the processor; null: libtorch's choice.</param>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    public static void Open(string device, int? threads = null) => TorchDevice.Open(device, threads);

    /// <summary>Multiplies square float32 matrices and reports the best rate.</summary>
    /// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
    /// <param name="threads">Threads of one operation on the processor; null: libtorch's choice.</param>
    /// <param name="size">Rows of the matrices.</param>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    /// <exception cref="InvalidOperationException">The product is wrong.</exception>
    public static DeviceReport Run(string device, int? threads = null, int size = 1024) =>
        Measure(TorchDevice.Open(device, threads), size);

    private static DeviceReport Measure(Device device, int size)
    {
        using var scope = NewDisposeScope();
        using var unused = no_grad();
        var matrix = ones(size, size, device: device);
        var best = double.PositiveInfinity;
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            best = Math.Min(best, TimeProduct(matrix));
        }

        return new DeviceReport(TorchDevice.Describe(device), 2.0 * size * size * size / best);
    }

    /// <summary>Seconds of one product of a matrix of ones, [n, n], with itself.</summary>
    private static double TimeProduct(Tensor ones)
    {
        var started = Stopwatch.GetTimestamp();
        using var product = ones.mm(ones);
        var corner = product[0, 0].item<float>(); // reading it also waits for the device
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (corner != ones.shape[0])
        {
            throw new InvalidOperationException(
                $"The device computes wrongly: a product of ones is {corner}, not {ones.shape[0]}.");
        }

        return seconds;
    }
}
