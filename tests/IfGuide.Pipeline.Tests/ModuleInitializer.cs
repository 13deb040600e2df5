using System.Runtime.CompilerServices;
using IfGuide.Numerics.Runtime;

namespace IfGuide.Pipeline.Tests;

internal static class ModuleInitializer
{
    [ModuleInitializer]
    public static void LoadTorch()
    {
        TorchRuntime.Load();
        TorchSharp.torch.set_num_threads(1);
    }
}
