using System.Runtime.CompilerServices;
using IfGuide.Numerics.Runtime;

namespace IfGuide.Storage.Tests.Support;

internal static class TorchInitializer
{
    [ModuleInitializer]
    internal static void Load()
    {
        TorchRuntime.Load();
        TorchSharp.torch.set_num_threads(1);
    }
}
