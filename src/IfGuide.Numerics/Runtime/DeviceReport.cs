namespace IfGuide.Numerics.Runtime;

/// <summary>What <see cref="DeviceProbe"/> found.</summary>
/// <param name="Description">The device, its threads and libtorch's version.</param>
/// <param name="FlopsPerSecond">Float32 multiplications and additions per second of a matrix product.</param>
public sealed record DeviceReport(string Description, double FlopsPerSecond);
