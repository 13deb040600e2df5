using System.Runtime.CompilerServices;
using IfGuide.Numerics.Runtime;
using TorchSharp;

namespace IfGuide.Numerics.Tests.Curvature;

/// <summary>Tests that count live tensors run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CountsTensors
{
    public const string Name = "counts tensors";
}

internal static class TorchForTests
{
    [ModuleInitializer]
    internal static void Load()
    {
        TorchRuntime.Load();
        OneThread();
    }

    private static void OneThread() => torch.set_num_threads(1);
}
