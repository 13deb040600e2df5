using IfGuide.Storage.Safetensors;
using IfGuide.Storage.Tests.Support;
using IfGuide.Tests.Shared;
using static TorchSharp.torch;

namespace IfGuide.Storage.Tests.Safetensors;

/// <summary>Weights are read from the mapped file into their tensors: no second copy of the model, not even of one in half precision that becomes float32.</summary>
[Collection(nameof(ResidentMemoryCollection))]
public sealed class TensorArchiveMemoryTests : IDisposable
{
    private const int Elements = 32 << 20;
    private const double Mebibytes = 2.0 * Elements * 4 / (1 << 20);
    private readonly TemporaryFolder folder = new();
    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Load_HoldsTheModelOnce()
    {
        var path = Write(tensors: 2, Elements, ScalarType.Float32);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var growth = MemoryMeter.NativeRise(() => TensorArchive.Load(path, precision: ScalarType.Float32));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 1 << 20);
        Assert.InRange(growth, Mebibytes, 1.02 * Mebibytes);
    }

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void Load_OfHalfPrecision_FreesEachTensor_BeforeItReadsTheNext(ScalarType stored)
    {
        var path = Write(tensors: 2000, 1, stored); // many more than other tests have at a time
        var before = Tensor.TotalCount;
        var loaded = TensorArchive.Load(path, precision: ScalarType.Float32);
        Assert.All(loaded.Values, tensor => Assert.Equal(ScalarType.Float32, tensor.dtype));
        Assert.InRange(Tensor.PeakCount - before, 2000, 2100);
    }

    private string Write(int tensors, int elements, ScalarType type)
    {
        using var one = ones(elements, dtype: type);
        using var stream = File.Create(folder.File("model.safetensors"));
        TensorArchive.Write(stream, Enumerable.Range(0, tensors).Select(number => KeyValuePair.Create($"{number}", one)));
        return stream.Name;
    }
}
