using System.Runtime.CompilerServices;
using IfGuide.Numerics.Runtime;
using TorchSharp;

// Tests write arithmetic the short way, which TorchSharp does not make safe beside other threads' garbage collections (see TensorArithmetic).
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace IfGuide.Numerics.Tests;

internal static class ModuleInitializer
{
#pragma warning disable CA2255 // libtorch must be found before any test touches a tensor
    [ModuleInitializer]
    internal static void LoadTorch()
    {
        TorchRuntime.Load();
        torch.set_num_threads(1);
    }
#pragma warning restore CA2255
}
