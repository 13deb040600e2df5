using IfGuide.Abstractions;
using IfGuide.Storage.Safetensors;
using IfGuide.Storage.Tests.Support;
using static TorchSharp.torch;

namespace IfGuide.Storage.Tests.Safetensors;

public sealed class TensorArchiveTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    private string Write(params (string Name, Tensor Value)[] tensors)
    {
        var path = folder.File("x.safetensors");
        using var stream = File.Create(path);
        TensorArchive.Write(stream, tensors.Select(tensor => KeyValuePair.Create(tensor.Name, tensor.Value)));
        return path;
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void EveryType_IsReadBack(ScalarType type)
    {
        var value = arange(24, dtype: ScalarType.Int64).remainder(7).to(type).reshape(2, 3, 4);
        var loaded = TensorArchive.Load(Write(("a", value)))["a"];
        Assert.Equal(type, loaded.dtype);
        Assert.Equal([2, 3, 4], loaded.shape);
        Assert.True(loaded.eq(value).all().item<bool>());
    }

    [Fact]
    public void ViewsScalarsAndEmptyTensors_AreReadBack()
    {
        var matrix = rand(5, 7);
        var loaded = TensorArchive.Load(Write(("transposed", matrix.t()), ("column", matrix[TensorIndex.Colon, 2]), ("scalar", tensor(2.5f)), ("empty", empty(0, 3))));
        Assert.True(loaded["transposed"].eq(matrix.t()).all().item<bool>());
        Assert.True(loaded["column"].eq(matrix[TensorIndex.Colon, 2]).all().item<bool>());
        Assert.Equal(2.5f, loaded["scalar"].item<float>());
        Assert.Empty(loaded["scalar"].shape);
        Assert.Equal([0, 3], loaded["empty"].shape);
    }

    [Fact]
    public void LoadedTensors_AreCopies_ThatOutliveTheFileAndBelongToTheCallersScope()
    {
        var path = Write(("a", ones(3)));
        Tensor loaded;
        using (NewDisposeScope())
        {
            loaded = TensorArchive.Load(path)["a"];
            File.Delete(path);
            loaded.add_(1);
            Assert.Equal(2, loaded[0].item<float>());
        }

        Assert.True(loaded.IsInvalid);
    }

    [Fact]
    public void ATensorOfSeveralPieces_IsReadBack()
    {
        var value = arange(40_000_000, dtype: ScalarType.Float32); // 160 MB: three pieces
        var loaded = TensorArchive.Load(Write(("a", value)))["a"];
        Assert.True(loaded.eq(value).all().item<bool>());
    }

    [Fact]
    public void Goldens_AreRead()
    {
        var loaded = TensorArchive.Load(Repository.Goldens("tiny_neox/model.safetensors"));
        Assert.Equal(28, loaded.Count);
        Assert.Equal([97, 32], loaded["embed_out.weight"].shape);
    }

    [Fact]
    public void ATypeThatTorchLacks_IsNamed()
    {
        var path = folder.Write("x.safetensors", SafetensorsBytes.Written([TensorSource.FromMemory<ulong>("a", [1], new ulong[] { 1 })]));
        Assert.Contains("U64", Assert.Throws<UserErrorException>(() => TensorArchive.Load(path)).Message, StringComparison.Ordinal);
    }
}
