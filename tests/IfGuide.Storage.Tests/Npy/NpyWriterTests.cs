using System.Text;
using CsCheck;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Npy;

public sealed class NpyWriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void TheHeader_IsThatOfNumpy_In128Bytes()
    {
        using var stream = new MemoryStream();
        var writer = new NpyWriter(stream, ElementType.Bool, [2, 3]);
        writer.Write<bool>([true, false, true, false, true, false]);
        writer.Complete();
        var bytes = stream.ToArray();
        Assert.Equal(128 + 6, bytes.Length);
        Assert.Equal("\u0093NUMPY\u0001\0v\0{'descr': '|b1', 'fortran_order': False, 'shape': (2, 3), }", Encoding.Latin1.GetString(bytes, 0, 69));
        Assert.Equal((byte)'\n', bytes[127]);
    }

    [Fact]
    public void RowsWritten_AreReadBack() => Gen.Select(Gen.Int[1, 5], Gen.Float.Array[0, 40]).Sample((width, values) =>
    {
        var rows = values.Length / width;
        var path = folder.File("x.npy");
        using (var stream = File.Create(path))
        {
            var writer = NpyWriter.Append(stream, ElementType.Float32, [width]);
            for (var row = 0; row < rows; row++)
            {
                writer.Write<float>(values.AsSpan(row * width, width));
            }

            writer.Complete();
            Assert.Equal(rows, writer.Rows);
        }

        using var file = NpyFile.Open(path);
        Assert.Equal([rows, width], file.Shape);
        Assert.Equal(values.AsSpan(0, rows * width).ToArray(), file.RowSpan<float>(0, rows).ToArray());
    }, iter: 300, threads: 1);

    [Theory]
    [InlineData(new long[0])]
    [InlineData(new long[] { 4 })]
    [InlineData(new long[] { 0, 7 })]
    [InlineData(new long[] { 2, 1, 3 })]
    public void EveryShape_IsReadBack(long[] shape)
    {
        var path = folder.File("x.npy");
        using (var stream = File.Create(path))
        {
            var writer = new NpyWriter(stream, ElementType.Int64, shape);
            writer.Write<long>(new long[shape.Aggregate(1L, (product, size) => product * size)]);
            writer.Complete();
        }

        using var file = NpyFile.Open(path);
        Assert.Equal(shape, file.Shape);
    }

    [Fact]
    public void AnUnfinishedFile_IsNoticed()
    {
        using var stream = new MemoryStream();
        var announced = new NpyWriter(stream, ElementType.Int32, [2, 2]);
        announced.Write<int>([1, 2]);
        Assert.Throws<InvalidOperationException>(announced.Complete);
        Assert.Throws<ArgumentException>(() => announced.Write<long>([1]));
        var appended = NpyWriter.Append(stream, ElementType.Int32, [2]);
        appended.Write<int>([1, 2, 3]);
        Assert.Throws<InvalidOperationException>(appended.Complete);
    }

    [Fact]
    public void WhatNumpyLacks_IsRefused()
    {
        using var stream = new MemoryStream();
        Assert.Throws<ArgumentException>(() => new NpyWriter(stream, ElementType.BFloat16, [1]));
        Assert.Throws<ArgumentException>(() => new NpyWriter(stream, ElementType.Int32, [-1]));
    }
}
