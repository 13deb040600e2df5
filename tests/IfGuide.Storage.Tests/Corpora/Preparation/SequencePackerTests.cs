using CsCheck;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora.Preparation;

namespace IfGuide.Storage.Tests.Corpora.Preparation;

public sealed class SequencePackerTests
{
    private const int EndOfText = 0;

    private static readonly Gen<int[][]> Corpora = Gen.Int[1, 9].Array[0, 20].Array[0, 12];

    [Fact]
    public void Concatenate_JoinsWithEndOfTextAndDropsTheRemainder()
    {
        var (sequences, documents, summary) = Pack(3, Packing.Concatenate, [[1, 2], [3], [], [4, 5, 6]]);
        Assert.Equal([[1, 2, 0], [3, 0, 0], [4, 5, 6]], sequences.Select(sequence => sequence.Tokens));
        Assert.Equal([(0L, 3L, true), (3L, 2L, true), (5L, 1L, true), (6L, 4L, true)], documents.Select(document => (document.FirstToken, document.TokenCount, document.Closed)));
        Assert.Equal(new PackingSummary(Documents: 4, Sequences: 3, AttendedTokens: 9, DroppedTokens: 1, CutDocuments: 0), summary);
    }

    [Fact]
    public void Document_PadsAndCuts()
    {
        var (sequences, documents, summary) = Pack(3, Packing.Document, [[1], [2, 3], [4, 5, 6], [7, 8, 9, 1]]);
        Assert.Equal([[1, 0, 0], [2, 3, 0], [4, 5, 6], [7, 8, 9]], sequences.Select(sequence => sequence.Tokens));
        Assert.Equal([2, 3, 3, 3], sequences.Select(sequence => sequence.Attended));
        Assert.Equal([(0L, 2L, true), (3L, 3L, true), (6L, 3L, false), (9L, 3L, false)], documents.Select(document => (document.FirstToken, document.TokenCount, document.Closed)));
        Assert.Equal(new PackingSummary(Documents: 4, Sequences: 4, AttendedTokens: 11, DroppedTokens: 3, CutDocuments: 2), summary);
    }

    [Fact]
    public void Concatenate_LosesNothing() =>
        Gen.Select(Corpora, Gen.Int[2, 17]).Sample((corpus, block) =>
        {
            var joined = corpus.SelectMany(document => document.Append(EndOfText)).ToArray();
            if (joined.Length < block)
            {
                Assert.Throws<UserErrorException>(() => Pack(block, Packing.Concatenate, corpus));
                return;
            }

            var (sequences, documents, summary) = Pack(block, Packing.Concatenate, corpus);
            Assert.Equal(joined[..(joined.Length / block * block)], sequences.SelectMany(sequence => sequence.Tokens));
            Assert.Equal(joined.Length % block, summary.DroppedTokens);
            Assert.All(corpus.Zip(documents), pair => Assert.Equal(
                pair.First.Append(EndOfText),
                joined[(int)pair.Second.FirstToken..(int)(pair.Second.FirstToken + pair.Second.TokenCount)]));
        }, iter: 300, threads: 1);

    [Theory]
    [InlineData(1, "corpus.block is 1, expected at least 2")]
    [InlineData(6, "The corpus has 5 tokens in 2 documents, fewer than corpus.block, 6")]
    public void WrongBlock_IsExplained(int block, string expected) =>
        Assert.Contains(expected, Assert.Throws<UserErrorException>(() => Pack(block, Packing.Concatenate, [[1, 2], [3]])).Message, StringComparison.Ordinal);

    [Fact]
    public void Document_WithoutDocuments_IsExplained() => Assert.Throws<UserErrorException>(() => Pack(4, Packing.Document, []));

    private static (List<(int[] Tokens, int Attended)> Sequences, List<PackedDocument> Documents, PackingSummary Summary) Pack(int block, Packing packing, int[][] corpus)
    {
        var sink = new Sink();
        var packer = new SequencePacker(block, packing, EndOfText, sink);
        foreach (var document in corpus)
        {
            packer.Add("id", "source", document);
        }

        return (sink.Sequences, sink.Documents, packer.Complete());
    }

    private sealed class Sink : ISequenceSink
    {
        public List<(int[] Tokens, int Attended)> Sequences { get; } = [];

        public List<PackedDocument> Documents { get; } = [];

        public void AddSequence(ReadOnlySpan<int> tokens, int attended) => Sequences.Add((tokens.ToArray(), attended));

        public void AddDocument(PackedDocument document) => Documents.Add(document);
    }
}
