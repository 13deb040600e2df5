using System.Diagnostics;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Runtime;

/// <summary>Asks a device what it is and how fast it multiplies; for <c>doctor</c>, without handing out tensors.</summary>
public static class DeviceProbe
{
    /// <summary>Multiplies square float32 matrices and reports the best rate.</summary>
    /// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
    /// <param name="threads">Threads of one operation; null: libtorch's choice.</param>
    /// <param name="size">Rows of the matrices.</param>
    /// <exception cref="InvalidOperationException">The device is not there, or the product is wrong.</exception>
    public static DeviceReport Run(string device, int? threads = null, int size = 1024)
    {
        var runtime = TorchRuntime.Load();
        if (threads is { } count)
        {
            set_num_threads(count);
        }

        var onCuda = device.StartsWith("cuda", StringComparison.Ordinal);
        if (onCuda && !cuda.is_available())
        {
            throw new InvalidOperationException(runtime.HasCuda
                ? $"Device '{device}' cannot be used: libtorch_cuda is loaded but finds no NVIDIA driver or device."
                : $"Device '{device}' cannot be used: the libtorch in '{runtime.Directory}' is for processors only; set {TorchRuntime.DirectoryVariable} to a CUDA one.");
        }

        using var scope = NewDisposeScope();
        using var unused = no_grad();
        var place = new Device(device);
        var matrix = ones(size, size, device: place);
        var best = double.PositiveInfinity;
        for (var repetition = 0; repetition < 4; repetition++)
        {
            var started = Stopwatch.GetTimestamp();
            using var product = matrix.mm(matrix);
            if (product[0, 0].item<float>() != size) // reading it also waits for the device
            {
                throw new InvalidOperationException($"Device '{device}' computes wrongly: a product of ones is {product[0, 0].item<float>()}, not {size}.");
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return new DeviceReport(device, get_num_threads(), 2.0 * size * size * size / best, runtime);
    }
}

/// <summary>What <see cref="DeviceProbe"/> found.</summary>
/// <param name="Device">The device.</param>
/// <param name="Threads">Threads of one operation on the processor.</param>
/// <param name="FlopsPerSecond">Float32 multiplications and additions per second of a matrix product.</param>
/// <param name="Runtime">The libtorch in use.</param>
public sealed record DeviceReport(string Device, int Threads, double FlopsPerSecond, TorchRuntimeReport Runtime);
