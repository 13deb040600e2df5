using System.Globalization;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Runtime;

/// <summary>Opens the device that a computation runs on and sets what is global to the process: threads and TensorFloat-32.</summary>
public static class TorchDevice
{
    /// <summary>Opens a device.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c> (the first GPU) or <c>cuda:N</c>.</param>
    /// <param name="threads">Threads of one operation on the CPU; null: libtorch's own choice, one per core.</param>
    /// <param name="allowTensorFloat32">
    /// Let float32 products on a GPU round their factors to 10 bits of mantissa: faster, and three decimal digits less.
    /// </param>
    /// <returns>The device.</returns>
    /// <exception cref="ArgumentException">The name is none, no such GPU is visible, or threads is not positive.</exception>
    public static Device Open(string name, int? threads = null, bool allowTensorFloat32 = false)
    {
        TorchRuntime.Load();
        var index = Parse(name);
        if (threads is { } count)
        {
            if (count <= 0)
            {
                throw new ArgumentException($"The number of threads is {count}; it must be positive.", nameof(threads));
            }

            set_num_threads(count);
        }

        backends.cuda.matmul.allow_tf32 = allowTensorFloat32;
        backends.cudnn.allow_tf32 = allowTensorFloat32;
        return index is null ? CPU : OpenGpu(name, index.Value);
    }

    /// <summary>Whether a name is a device name, without touching libtorch or the device.</summary>
    /// <param name="name">E.g. <c>cuda:0</c>.</param>
    public static bool IsName(string name) => TryParse(name, out _);

    /// <summary>One line for reports: device, libtorch version, threads and processor kind.</summary>
    /// <param name="device">The device.</param>
    public static string Describe(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.type == TorchSharp.DeviceType.CPU)
        {
            var threads = $"{get_num_threads()} of {Environment.ProcessorCount} threads";
            return $"cpu ({RuntimeInformation.ProcessArchitecture}, {threads}), libtorch {__version__}";
        }

        var rounding = backends.cuda.matmul.allow_tf32 ? "on" : "off";
        return $"{device} of {cuda.device_count()} GPUs, TensorFloat-32 {rounding}, libtorch {__version__}";
    }

    private static Device OpenGpu(string name, int index)
    {
        if (!cuda.is_available())
        {
            throw new ArgumentException(
                $"The device '{name}' was asked for, but libtorch sees no GPU. "
                    + $"Use 'cpu', or point {TorchRuntime.DirectoryVariable} to a libtorch with CUDA "
                    + "and check the driver with nvidia-smi.",
                nameof(name));
        }

        var visible = cuda.device_count();
        if (index >= visible)
        {
            throw new ArgumentException(
                $"The device '{name}' was asked for, but only {visible} GPUs are visible (cuda:0 to cuda:{visible - 1}). "
                    + "Use one of these or check CUDA_VISIBLE_DEVICES.",
                nameof(name));
        }

        return new Device(TorchSharp.DeviceType.CUDA, index);
    }

    private static int? Parse(string name)
    {
        if (!TryParse(name, out var index))
        {
            throw new ArgumentException(
                $"'{name}' is no device. Use 'cpu', 'cuda' or 'cuda:N' with the number of a GPU, e.g. 'cuda:0'.",
                nameof(name));
        }

        return index;
    }

    private static bool TryParse(string name, out int? index)
    {
        index = null;
        if (name == "cpu")
        {
            return true;
        }

        var number = 0;
        if (name == "cuda" || (name?.StartsWith("cuda:", StringComparison.Ordinal) == true
            && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out number)))
        {
            index = number;
            return true;
        }

        return false;
    }
}
