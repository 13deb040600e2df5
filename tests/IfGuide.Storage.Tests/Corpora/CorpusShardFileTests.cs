using IfGuide.Abstractions;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Safetensors;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Corpora;

public sealed class CorpusShardFileTests : IDisposable
{
    private static readonly int[][] Ids = [[1, 2, 3], [4, 5, 0], [6, 0, 0]];
    private static readonly int[][] Own = [[1, 2, 3], [4, -100, -100], [6, -100, 9]];
    private static readonly byte[][] Masks = [[1, 1, 1], [1, 1, 0], [1, 0, 0]];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Write_KeepsWhatDiffersFromTheDefault(bool labels, bool masks)
    {
        var source = new ArraySequences(Ids, labels ? Own : null, masks ? Masks : null);
        using var file = CorpusShardFile.Open(Write(source, 0, 3));
        Assert.Equal((3L, 3, labels, masks), (file.Sequences, file.Length, file.HasLabels, file.HasAttentionMask));
        var expected = ArraySequences.Read(source);
        var actual = ArraySequences.Read(file);
        Assert.Equal(expected.Ids, actual.Ids);
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.Equal(expected.Masks, actual.Masks);
        Assert.Equal([4, 5, 0], file.InputIds(1).ToArray());
    }

    [Fact]
    public void Write_Range_StoresOnlyItsOwnExceptions()
    {
        using var file = CorpusShardFile.Open(Write(new ArraySequences(Ids, Own, Masks), 0, 1));
        Assert.Equal((1L, false, false), (file.Sequences, file.HasLabels, file.HasAttentionMask));
    }

    [Fact]
    public void Statistics_CountTokensAndLabels()
    {
        var source = new ArraySequences(Ids, Own, Masks);
        Assert.Equal(new SequenceStatistics(AttendedTokens: 6, LossTokens: 3, HasPadding: true, HasOwnLabels: true), SequenceStatistics.Compute(source));
        Assert.Equal(new SequenceStatistics(AttendedTokens: 3, LossTokens: 2, HasPadding: false, HasOwnLabels: false), SequenceStatistics.Compute(source, 0, 1));
    }

    [Fact]
    public void InputIds_OutsideTheFile_Throws()
    {
        using var file = CorpusShardFile.Open(Write(new ArraySequences(Ids), 0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.InputIds(3).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.InputIds(-1).Length);
    }

    [Fact]
    public void Open_OtherTensors_IsExplained()
    {
        Assert.Contains("no tensor 'input_ids'", Refusal(TensorSource.FromMemory<int>("ids", [1, 2], new[] { 1, 2 })), StringComparison.Ordinal);
        Assert.Contains("'input_ids' is Int64 [1, 2]", Refusal(TensorSource.FromMemory<long>("input_ids", [1, 2], new[] { 1L, 2L })), StringComparison.Ordinal);
        Assert.Contains("'input_ids' is Int32 [2]", Refusal(TensorSource.FromMemory<int>("input_ids", [2], new[] { 1, 2 })), StringComparison.Ordinal);
        Assert.Contains("different shapes", Refusal(TensorSource.FromMemory<int>("input_ids", [1, 2], new[] { 1, 2 }), TensorSource.FromMemory<int>("labels", [2, 1], new[] { 1, 2 })), StringComparison.Ordinal);
    }

    private string Refusal(params TensorSource[] tensors)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors);
        var path = folder.Write("other.safetensors", stream.ToArray());
        return Assert.Throws<UserErrorException>(() => CorpusShardFile.Open(path)).Message;
    }

    private string Write(ISequenceSource source, long first, long count)
    {
        using var stream = new MemoryStream();
        CorpusShardFile.Write(stream, source, first, count);
        return folder.Write("shard.safetensors", stream.ToArray());
    }
}
