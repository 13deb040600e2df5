using IfGuide.Pipeline.Results;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using IfGuide.Tests.Shared;

namespace IfGuide.Pipeline.Tests.Results;

/// <summary>Several shards read as one array.</summary>
public sealed class RunArrayTests : IDisposable
{
    private const int Length = 4;
    private readonly TemporaryFolder folder = new();
    private readonly RunArray<float> array;

    public RunArrayTests() => array = new RunArray<float>([Write("a.npy", 0, 2), Write("empty.npy", 2, 0), Write("b.npy", 2, 3)]);

    [Fact]
    public void Rows_OfAllShards_AreOneArray()
    {
        Assert.Equal([5, Length], array.Shape);
        Assert.Equal((5L, Length, ElementType.Float32), (array.Rows, array.RowLength, array.Type));
        Assert.Equal(Enumerable.Range(0, 20).Select(element => (float)element), array.ReadRows().SelectMany(row => row));
        Assert.Equal([4f, 5, 6, 7, 8, 9, 10, 11], array.ReadRows(1, 2).SelectMany(row => row));
        Assert.Equal([16f, 17, 18, 19], array.Row(4).ToArray());
    }

    [Fact]
    public void Read_GoesOverTheEndsOfRowsAndShards()
    {
        var elements = new float[9];
        array.Read(3, elements);
        Assert.Equal(Enumerable.Range(3, 9).Select(element => (float)element), elements);
        array.Read(20, []);
    }

    [Fact]
    public void WhatIsNotThere_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => array.Row(5).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => array.Row(-1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => array.Read(18, new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => array.ReadRows(4, 2).Count());
    }

    [Fact]
    public void WriteNpy_GivesOneFile()
    {
        using var written = new MemoryStream();
        array.WriteNpy(written);
        var path = Path.Combine(folder.Path, "whole.npy");
        File.WriteAllBytes(path, written.ToArray());
        using var file = NpyFile.Open(path);
        Assert.Equal([5, Length], file.Shape);
        Assert.Equal(array.ReadRows().SelectMany(row => row), file.RowSpan<float>(0, 5).ToArray());
    }

    public void Dispose()
    {
        array.Dispose();
        folder.Dispose();
    }

    private string Write(string name, int firstRow, int rows)
    {
        var path = Path.Combine(folder.Path, name);
        using var stream = File.Create(path);
        var writer = new NpyWriter(stream, ElementType.Float32, [rows, Length]);
        writer.Write<float>(Enumerable.Range(firstRow * Length, rows * Length).Select(element => (float)element).ToArray());
        writer.Complete();
        return path;
    }
}
