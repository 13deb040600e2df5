using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Corpora;

public sealed class PretokenisedSequencesTests : IDisposable
{
    private const int Vocabulary = 100;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_AnyIntegerType_GivesTheSame()
    {
        string[] paths =
        [
            Save<byte>("u1.npy", [2, 2], [1, 2, 3, 99]), Save<sbyte>("i1.npy", [2, 2], [1, 2, 3, 99]), Save<ushort>("u2.npy", [2, 2], [1, 2, 3, 99]), Save<short>("i2.npy", [2, 2], [1, 2, 3, 99]),
            Save<uint>("u4.npy", [2, 2], [1, 2, 3, 99]), Save<int>("i4.npy", [2, 2], [1, 2, 3, 99]), Save<ulong>("u8.npy", [2, 2], [1, 2, 3, 99]), Save<long>("i8.npy", [2, 2], [1, 2, 3, 99]),
        ];
        foreach (var path in paths)
        {
            using var sequences = PretokenisedSequences.Open(new PretokenisedSpec { InputIds = path }, Vocabulary);
            var (ids, labels, masks) = ArraySequences.Read(sequences);
            Assert.Equal([[1, 2], [3, 99]], ids);
            Assert.Equal(ids, labels);
            Assert.Equal([[1, 1], [1, 1]], masks);
        }
    }

    [Fact]
    public void Read_MaskWithoutLabels_TakesLossFromPadding()
    {
        var arrays = new PretokenisedSpec { InputIds = Save<int>("ids.npy", [1, 3], [7, 8, 9]), AttentionMask = Save<bool>("mask.npy", [1, 3], [false, true, true]) };
        using var sequences = PretokenisedSequences.Open(arrays, Vocabulary);
        var (_, labels, masks) = ArraySequences.Read(sequences);
        Assert.Equal([[-100, 8, 9]], labels);
        Assert.Equal([[0, 1, 1]], masks);
    }

    [Fact]
    public void Read_Goldens_AsTheyAre()
    {
        string Golden(string name) => Repository.Goldens($"tiny_neox/data/{name}.npy");
        using var sequences = PretokenisedSequences.Open(new PretokenisedSpec { InputIds = Golden("toxic_input_ids"), Labels = Golden("toxic_labels"), AttentionMask = Golden("toxic_attention_mask") }, 4096);
        using var labels = NpyFile.Open(Golden("toxic_labels"));
        var expected = new long[labels.RowLength];
        labels.ReadIntegers(1, expected);
        var row = new int[sequences.Length];
        sequences.Labels(1, row);
        Assert.Equal(expected, row.Select(label => (long)label));
        Assert.InRange(SequenceStatistics.Compute(sequences).LossTokens, 1, sequences.Sequences * sequences.Length);
    }

    [Fact]
    public void Open_WrongArrays_AreExplained()
    {
        var ids = Save<int>("ids.npy", [2, 2], [1, 2, 3, 4]);
        Assert.Contains("'" + folder.File("absent.npy") + "'", Refusal(new() { InputIds = folder.File("absent.npy") }), StringComparison.Ordinal);
        Assert.Contains("type Float32, expected whole numbers", Refusal(new() { InputIds = Save<float>("f.npy", [1, 2], [1, 2]) }), StringComparison.Ordinal);
        Assert.Contains("has the shape [4], expected [sequences, tokens]", Refusal(new() { InputIds = Save<int>("v.npy", [4], [1, 2, 3, 4]) }), StringComparison.Ordinal);
        Assert.Contains("has the shape [0, 4]", Refusal(new() { InputIds = Save<int>("e.npy", [0, 4], []) }), StringComparison.Ordinal);
        Assert.Contains("has the shape [1, 4], but", Refusal(new() { InputIds = ids, Labels = Save<int>("l.npy", [1, 4], [1, 2, 3, 4]) }), StringComparison.Ordinal);
        Assert.Contains("ids.npy', sequence 1, position 1: found 4, expected a token id from 0 to 3", Refusal(new() { InputIds = ids }, vocabulary: 4), StringComparison.Ordinal);
        Assert.Contains("n.npy', sequence 0, position 0: found -1", Refusal(new() { InputIds = Save<long>("n.npy", [1, 2], [-1, 2]) }), StringComparison.Ordinal);
        Assert.Contains("m.npy', sequence 0, position 1: found 4294967297", Refusal(new() { InputIds = Save<long>("m.npy", [1, 2], [1, (1L << 32) + 1]) }), StringComparison.Ordinal);
        Assert.Contains("labels.npy', sequence 0, position 1: found -1, expected -100", Refusal(new() { InputIds = ids, Labels = Save<int>("labels.npy", [2, 2], [-100, -1, 0, 0]) }), StringComparison.Ordinal);
        Assert.Contains("mask.npy', sequence 1, position 0: found 2, expected 1", Refusal(new() { InputIds = ids, AttentionMask = Save<int>("mask.npy", [2, 2], [1, 0, 2, 1]) }), StringComparison.Ordinal);
    }

    private static string Refusal(PretokenisedSpec arrays, int vocabulary = Vocabulary) => Assert.Throws<UserErrorException>(() =>
    {
        using var sequences = PretokenisedSequences.Open(arrays, vocabulary);
        ArraySequences.Read(sequences);
    }).Message;

    private string Save<T>(string name, long[] shape, T[] elements)
        where T : unmanaged
    {
        using var stream = new MemoryStream();
        var writer = new NpyWriter(stream, ElementTypes.Of<T>(), shape);
        writer.Write<T>(elements);
        writer.Complete();
        return folder.Write(name, stream.ToArray());
    }
}
