using System.Buffers.Binary;
using System.Text;
using CsCheck;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Safetensors;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Safetensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, int, string> Damages => new()
    {
        { "", 0, "not the JSON" },
        { "{", 0, "not the JSON" },
        { "[]", 0, "the header should be a JSON object" },
        { "{} {}", 0, "" },
        { "{\"a\":{}}", 0, "tensor 'a' lacks" },
        { "{\"a\":[]}", 0, "tensor 'a' should be a JSON object" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4, "lacks" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 4, "at most 2 whole numbers" },
        { "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "dtype 'F8_E4M3'" },
        { "{\"a\":{\"dtype\":7,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "dtype of tensor 'a'" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "shape of tensor 'a'" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4, "shape of tensor 'a'" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "does not fit its 4 bytes" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,9223372036854775807],\"data_offsets\":[0,4]}}", 4, "does not fit" },
        { "{\"a\":{\"dtype\":\"F64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,0]}}", 0, "does not fit" }, // 2^61 × 8 wraps to 0
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "leave a hole" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8, "end at byte 4 of the data, but the file has 8" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 8, "claims bytes 4 to 0" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4, "claims bytes 0 to 8" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}", 4, "data_offsets of tensor 'a'" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "overlap" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}", 2, "twice" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"x\":1}}", 1, "unknown key 'x'" },
        { "{\"__metadata__\":{\"a\":1}}", 0, "__metadata__ 'a'" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[[[[[1]]]]],\"data_offsets\":[0,1]}}", 1, "" },
        { $"{{\"a\":{{\"dtype\":\"U8\",\"shape\":[{string.Join(',', Enumerable.Repeat("1", 100))}],\"data_offsets\":[0,1]}}}}", 1, "at most 32" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void EachDamage_IsNamed_WithTheFile(string header, int dataLength, string named)
    {
        var path = folder.Write("x.safetensors", SafetensorsBytes.Raw(header, dataLength));
        var failure = Assert.Throws<UserErrorException>(() => SafetensorsFile.Open(path));
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1UL << 60)]
    [InlineData(ulong.MaxValue)]
    [InlineData(9223372036854775808UL)]
    [InlineData(3UL)]
    public void AnAnnouncedHeaderLongerThanTheFile_IsRefused_WithoutAllocatingIt(ulong announced)
    {
        var path = folder.Write("x.safetensors", SafetensorsBytes.Raw("{}", 0, announced));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var failure = Assert.Throws<UserErrorException>(() => SafetensorsFile.Open(path));
        Assert.Contains(announced.ToString(System.Globalization.CultureInfo.InvariantCulture), failure.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void ATruncatedFile_IsRefused_WhereverItEnds()
    {
        var whole = SafetensorsBytes.Small();
        for (var length = 0; length < whole.Length; length++)
        {
            var path = folder.Write("x.safetensors", whole[..length]);
            Assert.Throws<UserErrorException>(() => SafetensorsFile.Open(path));
        }
    }

    [Fact]
    public void MutatedFiles_OpenOrAreTheUsersMistake_AndNeverReadOutside()
    {
        var original = SafetensorsBytes.Small();
        Mutations.Of(original).Sample(bytes => Mutations.Expect<UserErrorException>(() =>
        {
            using var file = SafetensorsFile.Open(folder.Write("x.safetensors", bytes));
            foreach (var entry in file.Tensors.Values)
            {
                Assert.InRange(entry.Offset, 8, bytes.Length);
                Assert.InRange(entry.Offset + entry.Length, entry.Offset, bytes.Length);
                file.ForEachPiece(entry.Name, 3, (_, piece) => Assert.InRange(piece.Length, 1, 3));
            }
        }), iter: 3000, threads: 1);
    }

    [Fact]
    public void WrittenTensors_AreReadBack()
    {
        using var file = SafetensorsFile.Open(folder.Write("x.safetensors", SafetensorsBytes.Small()));
        Assert.Equal(["count", "empty", "weight"], file.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([1, 2, 3, 4, 5, 6], file.Span<float>("weight").ToArray());
        Assert.Equal([7L], file.Span<long>("count").ToArray());
        Assert.Empty(file.Entry("count").Shape);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Contains("'bias'", Assert.Throws<UserErrorException>(() => file.Entry("bias")).Message, StringComparison.Ordinal);
        Assert.Contains("F32", Assert.Throws<UserErrorException>(() => file.Span<double>("weight").Length).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheWriter_GivesTheSameBytes_WhateverTheOrder_AndAlignsEveryTensor()
    {
        TensorSource[] tensors =
        [
            TensorSource.FromMemory<bool>("flag", [3], new[] { true, false, true }),
            TensorSource.FromMemory<double>("x", [2], new[] { 1.0, 2.0 }),
            TensorSource.FromMemory<Half>("h", [1], new[] { (Half)0.5f }),
            TensorSource.FromMemory<double>("a\"ü", [1], new[] { 3.0 }),
        ];
        var bytes = SafetensorsBytes.Written(tensors);
        Assert.Equal(bytes, SafetensorsBytes.Written(tensors.Reverse()));
        Assert.Equal(0UL, BinaryPrimitives.ReadUInt64LittleEndian(bytes) % 8);
        using var file = SafetensorsFile.Open(folder.Write("x.safetensors", bytes));
        Assert.All(file.Tensors.Values, entry => Assert.Equal(0, entry.Offset % entry.Type.Size()));
        Assert.Equal([3.0], file.Span<double>("a\"ü").ToArray());
    }

    [Fact]
    public void TheWriter_RefusesWhatIsNoFile()
    {
        var tensor = TensorSource.FromMemory<byte>("a", [1], new byte[] { 1 });
        Assert.Throws<ArgumentException>(() => SafetensorsBytes.Written([tensor, tensor]));
        Assert.Throws<ArgumentException>(() => SafetensorsBytes.Written([tensor with { Name = "__metadata__" }]));
        Assert.Throws<ArgumentException>(() => SafetensorsBytes.Written([tensor with { Shape = [2] }]));
        Assert.Throws<ArgumentException>(() => SafetensorsBytes.Written([tensor with { Shape = [-1] }]));
    }

    [Fact]
    public void AnyTensors_AreReadBack() => Gen.Select(Gen.String[1, 12], Gen.Float.Array[0, 20]).Array[0, 8].Sample(pairs =>
    {
        var tensors = pairs.DistinctBy(pair => pair.Item1).Where(pair => pair.Item1 != "__metadata__" && IsUnicode(pair.Item1)).ToList();
        var bytes = SafetensorsBytes.Written(tensors.Select(pair => TensorSource.FromMemory<float>(pair.Item1, [pair.Item2.Length], pair.Item2)));
        using var file = SafetensorsFile.Open(folder.Write("x.safetensors", bytes));
        Assert.Equal(tensors.Count, file.Tensors.Count);
        foreach (var (name, values) in tensors)
        {
            Assert.Equal(values, file.Span<float>(name).ToArray());
        }
    }, iter: 500, threads: 1);

    private static bool IsUnicode(string text) => text == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
