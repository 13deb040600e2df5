using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Corpora;

/// <summary>Turns the user's corpus into shards of sequences, with an index of their documents.</summary>
/// <param name="store">Stores one shard; called once per shard, in order. Each call may write the shard's tokens and its index.</param>
/// <param name="temporaryFolder">Where sequences wait until their number is known; as large as the corpus' token ids, 4 bytes each.</param>
public sealed class CorpusPreparation(Func<PreparedShard, CancellationToken, Task> store, string temporaryFolder)
{
    /// <summary>Takes what of other texts stands in the corpus, on the way; null: nothing is looked for.</summary>
    public CorpusFindings? Findings { get; init; }

    /// <summary>Tokenises, packs and shards a corpus. Shards are a pure function of the corpus, the tokenizer and the shard count.</summary>
    /// <param name="corpus">The corpus.</param>
    /// <param name="tokenizer">The tokenizer; may be null for a corpus of tokens that is not packed by document.</param>
    /// <param name="vocabularySize">The model's vocabulary.</param>
    /// <param name="shards">Number of shards, at most one per sequence; null: one per 65,536 tokens, at most 64.</param>
    /// <param name="progress">Takes the number of documents read (sequences stored, for a pretokenised corpus).</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="UserErrorException">The corpus cannot be read, is empty or is wrong; the message names file and place.</exception>
    public async Task<PreparedCorpus> PrepareAsync(
        CorpusSpec corpus, ITextTokenizer? tokenizer, int vocabularySize, int? shards, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        if (corpus.Pretokenised is { } arrays)
        {
            using var sequences = PretokenisedSequences.Open(arrays, vocabularySize);
            var sizes = await StoreAsync(sequences, documents: null, shards, progress, cancellationToken);
            Findings?.Look(corpus, tokenizer, vocabularySize, cancellationToken);
            return new PreparedCorpus(sizes.Sequences, sequences.Length, sizes.AttendedTokens, Documents: 0, EmptyDocuments: 0, AlteredDocuments: 0, DroppedTokens: 0, CutDocuments: 0);
        }

        var bad = new BadRecords(corpus.OnError);
        using var spool = new SequenceSpool(temporaryFolder, corpus.Block, padded: corpus.Packing == Packing.Document);
        var (summary, empty, altered) = Pack(corpus, tokenizer, vocabularySize, spool, bad, progress, cancellationToken);
        var stored = await StoreAsync(spool, new DocumentCutter(spool), shards, progress: null, cancellationToken);
        return new PreparedCorpus(stored.Sequences, spool.Length, stored.AttendedTokens, summary.Documents, empty, altered, summary.DroppedTokens, summary.CutDocuments)
        {
            BadRecords = bad.Count,
            FirstBadRecords = bad.First.ToArray(),
        };
    }

    private (PackingSummary Summary, long Empty, long Altered) Pack(
        CorpusSpec corpus, ITextTokenizer? tokenizer, int vocabularySize, SequenceSpool spool, BadRecords bad, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var documents = CorpusDocuments.Read(corpus, Vocabulary(corpus, tokenizer, vocabularySize), bad);
        var packer = new SequencePacker(corpus.Block, corpus.Packing, tokenizer?.EndOfTextToken ?? -1, spool);
        long read = 0;
        long empty = 0;
        long altered = 0;
        foreach (var (document, tokens, changed, found) in DocumentEncoder.Encode(documents, tokenizer, vocabularySize, Findings?.Search, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Findings?.Add(document, found);
            altered += changed ? 1 : 0;
            if (tokens.Length == 0)
            {
                empty++;
            }
            else if (document.Tokens is not null)
            {
                packer.AddTokens(document.Id, document.Source, tokens);
            }
            else
            {
                packer.Add(document.Id, document.Source, tokens);
            }

            progress?.Report(++read);
        }

        var summary = packer.Complete();
        spool.Complete();
        return (summary, empty, altered);
    }

    private static TokenVocabulary Vocabulary(CorpusSpec corpus, ITextTokenizer? tokenizer, int vocabularySize)
    {
        if (tokenizer is not null)
        {
            VocabularyCheck.EndOfText(tokenizer, vocabularySize);
            return new TokenVocabulary(Math.Min(vocabularySize, tokenizer.VocabularySize), tokenizer.EndOfTextToken);
        }

        return corpus.Packing == Packing.Document
            ? throw new UserErrorException("tokenizer: missing, but corpus.packing is document, which pads with the end-of-text token. Name a tokenizer.json, or set corpus.packing to concatenate.")
            : new TokenVocabulary(vocabularySize, EndOfText: null);
    }

    private async Task<(IReadOnlyList<long> Sequences, long AttendedTokens)> StoreAsync(
        ISequenceSource sequences, DocumentCutter? documents, int? shards, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var sizes = CorpusSharding.Sizes(sequences.Sequences, sequences.Length, shards);
        long first = 0;
        long attended = 0;
        for (var shard = 0; shard < sizes.Count; shard++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var end = first + sizes[shard];
            var pieces = documents?.Next(first * sequences.Length, end * sequences.Length, sequences.Sequences * sequences.Length);
            attended += SequenceStatistics.Of(sequences, first, sizes[shard]).AttendedTokens;
            await store(new PreparedShard(sequences, first, sizes[shard], shard, sizes.Count, pieces), cancellationToken);
            first = end;
            progress?.Report(first);
        }

        return (sizes, attended);
    }
}

/// <summary>A shard that is ready to be stored.</summary>
public sealed class PreparedShard
{
    private readonly ISequenceSource source;
    private readonly ShardDocuments? documents;

    internal PreparedShard(ISequenceSource source, long first, long count, int shard, int shardCount, ShardDocuments? documents)
    {
        this.source = source;
        this.documents = documents;
        FirstSequence = first;
        Sequences = count;
        Shard = shard;
        ShardCount = shardCount;
    }

    /// <summary>Number of the shard, from 0.</summary>
    public int Shard { get; }

    /// <summary>How many shards there are.</summary>
    public int ShardCount { get; }

    /// <summary>Its first sequence in the corpus.</summary>
    public long FirstSequence { get; }

    /// <summary>Its sequences.</summary>
    public long Sequences { get; }

    /// <summary>Whether it has documents; a pretokenised corpus has none.</summary>
    public bool HasDocuments => documents is not null;

    /// <summary>Writes its documents as a <see cref="DocumentIndex"/>; memory holds a few of them.</summary>
    /// <param name="stream">Where to; may be forward only.</param>
    public void WriteDocuments(Stream stream) => DocumentIndex.Write(stream, documents ?? throw new InvalidOperationException("A pretokenised corpus has no documents."));

    /// <summary>Writes its sequences as a <see cref="CorpusShardFile"/>.</summary>
    /// <param name="stream">Where to; may be forward only.</param>
    public void WriteSequences(Stream stream) => CorpusShardFile.Write(stream, source, FirstSequence, Sequences);
}
