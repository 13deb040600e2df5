using System.Runtime.CompilerServices;
using IfGuide.Numerics.Runtime;

namespace IfGuide.Grains.Tests;

internal static class ModuleInitializer
{
    /// <summary>One thread an operation: several silos of one process share its cores.</summary>
    [ModuleInitializer]
    public static void LoadTorch() => TorchDevice.Open("cpu", threads: 1);
}
