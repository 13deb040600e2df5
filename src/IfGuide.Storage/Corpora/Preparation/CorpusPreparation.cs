using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Corpora.Preparation;

/// <summary>Turns the user's corpus into shards of sequences, with an index of their documents.</summary>
/// <param name="temporaryFolder">
/// Where sequences wait until their number is known; as large as the corpus' token ids, 4 bytes each.
/// </param>
public sealed class CorpusPreparation(string temporaryFolder)
{
    private PreparedCorpus? result;

    /// <summary>Takes what of other texts the corpus contains; null for no search.</summary>
    public CorpusFindings? Findings { get; init; }

    /// <summary>What the preparation made.</summary>
    /// <exception cref="InvalidOperationException">The shards were not enumerated to their end.</exception>
    public PreparedCorpus Result =>
        result ?? throw new InvalidOperationException("The corpus is not prepared: enumerate its shards first.");

    /// <summary>Tokenises, packs and shards a corpus. Shards are a pure function of the corpus, the tokenizer and the shard count.</summary>
    /// <param name="corpus">The corpus.</param>
    /// <param name="tokenizer">The tokenizer; may be null for a corpus of tokens that is not packed by document.</param>
    /// <param name="vocabularySize">The model's vocabulary.</param>
    /// <param name="shards">Number of shards, at most one per sequence; null: one per 65,536 tokens, at most 64.</param>
    /// <param name="progress">Takes the number of documents read (sequences stored, for a pretokenised corpus).</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The shards, in order. Store each before you ask for the next, and read <see cref="Result"/> behind the last.</returns>
    /// <exception cref="UserErrorException">The corpus cannot be read, is empty or is wrong; the message names file and place.</exception>
    public IEnumerable<PreparedShard> Prepare(
        CorpusSpec corpus,
        ITextTokenizer? tokenizer,
        int vocabularySize,
        int? shards,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        if (corpus.Pretokenised is not null)
        {
            return PrepareArrays(corpus, tokenizer, vocabularySize, shards, progress, cancellationToken);
        }

        return PrepareDocuments(corpus, tokenizer, vocabularySize, shards, progress, cancellationToken);
    }

    private IEnumerable<PreparedShard> PrepareArrays(
        CorpusSpec corpus,
        ITextTokenizer? tokenizer,
        int vocabularySize,
        int? shards,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        using var sequences = PretokenisedSequences.Open(corpus.Pretokenised!, vocabularySize);
        var sizes = CorpusSharding.ComputeSizes(sequences.Sequences, sequences.Length, shards);
        long attended = 0;
        foreach (var shard in Cut(sequences, sizes, documents: null, cancellationToken))
        {
            yield return shard;
            attended += shard.Statistics.AttendedTokens;
            progress?.Report(shard.FirstSequence + shard.Sequences);
        }

        Findings?.Scan(corpus, tokenizer, vocabularySize, cancellationToken);
        var noDocuments = new PackingSummary(Documents: 0, sequences.Sequences, attended, DroppedTokens: 0, CutDocuments: 0);
        result = CreateResult(sizes, sequences.Length, new PackedCorpus(noDocuments, EmptyDocuments: 0, AlteredDocuments: 0));
    }

    private IEnumerable<PreparedShard> PrepareDocuments(
        CorpusSpec corpus,
        ITextTokenizer? tokenizer,
        int vocabularySize,
        int? shards,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        var bad = new BadRecords(corpus.OnError);
        using var spool = new SequenceSpool(temporaryFolder, corpus.Block, padded: corpus.Packing == Packing.Document);
        var vocabulary = CreateVocabulary(corpus, tokenizer, vocabularySize);
        var documents = CorpusDocuments.Read(corpus, vocabulary, bad);
        var packer = new SequencePacker(corpus.Block, corpus.Packing, vocabulary.EndOfText ?? -1, spool);
        var encoded = DocumentEncoder.Encode(documents, tokenizer, vocabularySize, Findings?.Search, cancellationToken);
        var packed = Pack(encoded, packer, progress, cancellationToken);
        spool.Complete();
        var sizes = CorpusSharding.ComputeSizes(spool.Sequences, spool.Length, shards);
        foreach (var shard in Cut(spool, sizes, new DocumentCutter(spool), cancellationToken))
        {
            yield return shard;
        }

        var made = CreateResult(sizes, spool.Length, packed);
        result = made with { BadRecords = bad.Count, FirstBadRecords = bad.First.ToArray() };
    }

    private PackedCorpus Pack(
        IEnumerable<EncodedDocument> documents,
        SequencePacker packer,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        long read = 0;
        long empty = 0;
        long altered = 0;
        foreach (var encoded in documents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Findings?.Add(encoded.Document, encoded.Found);
            if (encoded.Altered)
            {
                altered++;
            }

            if (encoded.Tokens.Length == 0)
            {
                empty++;
            }
            else
            {
                Pack(encoded, packer);
            }

            progress?.Report(++read);
        }

        return new PackedCorpus(packer.Complete(), empty, altered);
    }

    private static void Pack(EncodedDocument encoded, SequencePacker packer)
    {
        var (id, source) = (encoded.Document.Id, encoded.Document.Source);
        if (encoded.Document.Tokens is null)
        {
            packer.Add(id, source, encoded.Tokens);
        }
        else
        {
            packer.AddTokens(id, source, encoded.Tokens);
        }
    }

    private static TokenVocabulary CreateVocabulary(CorpusSpec corpus, ITextTokenizer? tokenizer, int vocabularySize)
    {
        if (tokenizer is not null)
        {
            VocabularyCheck.CheckEndOfText(tokenizer, vocabularySize);
            return new TokenVocabulary(Math.Min(vocabularySize, tokenizer.VocabularySize), tokenizer.EndOfTextToken);
        }

        if (corpus.Packing == Packing.Document)
        {
            throw new UserErrorException(
                "tokenizer: missing, but corpus.packing is document, which pads with the end-of-text token. "
                + "Name a tokenizer.json, or set corpus.packing to concatenate.");
        }

        return new TokenVocabulary(vocabularySize, EndOfText: null);
    }

    private static IEnumerable<PreparedShard> Cut(
        ISequenceSource sequences, IReadOnlyList<long> sizes, DocumentCutter? documents, CancellationToken cancellationToken)
    {
        var (length, corpusEnd) = (sequences.Length, sequences.Sequences * sequences.Length);
        long first = 0;
        for (var shard = 0; shard < sizes.Count; shard++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var size = sizes[shard];
            var pieces = documents?.CutNext(first * length, (first + size) * length, corpusEnd);
            var statistics = SequenceStatistics.Compute(sequences, first, size);
            yield return new PreparedShard(sequences, statistics, pieces)
            {
                Shard = shard,
                ShardCount = sizes.Count,
                FirstSequence = first,
                Sequences = size,
            };
            first += size;
        }
    }

    private static PreparedCorpus CreateResult(IReadOnlyList<long> sizes, int length, PackedCorpus packed)
    {
        var packing = packed.Packing;
        return new PreparedCorpus(
            sizes,
            length,
            packing.AttendedTokens,
            packing.Documents,
            packed.EmptyDocuments,
            packed.AlteredDocuments,
            packing.DroppedTokens,
            packing.CutDocuments);
    }
}
