namespace IfGuide.Numerics.Runtime;

/// <summary>What <see cref="TorchRuntime.Load"/> loaded.</summary>
/// <param name="Directory">The directory of the libtorch in use.</param>
/// <param name="ShimPath">The TorchSharp shim in use: the shipped file, or its private patched copy.</param>
/// <param name="ShimPatched">True when this system's C++ library lacks a version that the shim names, and a copy with a weak need was loaded.</param>
/// <param name="HasCuda">True when libtorch_cuda.so was found beside libtorch and loaded.</param>
public sealed record TorchRuntimeReport(string Directory, string ShimPath, bool ShimPatched, bool HasCuda);
