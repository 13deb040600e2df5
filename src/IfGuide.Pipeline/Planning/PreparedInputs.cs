using IfGuide.Pipeline.Records;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Queries;
using MessagePack;

namespace IfGuide.Pipeline.Planning;

/// <summary>Manifest of the prepare stage: what the later stages read in place of the user's files.</summary>
/// <remarks>Each part has the digest of what determined it, so that a later stage depends only on the parts it reads.</remarks>
[MessagePackObject]
public sealed record PreparedInputs
{
    /// <summary>The newest form of a manifest that this build knows. Raise it with a part that an older build must not pass over.</summary>
    public const int NewestSchemaVersion = 2;

    /// <summary>Key of the corpus: its files, tokenizer, packing and sharding.</summary>
    [Key(0)] public required string CorpusKey { get; init; }

    /// <summary>Sequences of each shard, in shard order.</summary>
    [Key(1)] public required IReadOnlyList<long> ShardSequences { get; init; }

    /// <summary>Tokens per sequence.</summary>
    [Key(2)] public required int SequenceLength { get; init; }

    /// <summary>Tokens that are not padding.</summary>
    [Key(3)] public required long AttendedTokens { get; init; }

    /// <summary>Documents of the corpus; 0 for a pretokenised one.</summary>
    [Key(4)] public required long Documents { get; init; }

    /// <summary>The proxy: a stored model, or an architecture to train.</summary>
    [Key(5)] public required PreparedModel Proxy { get; init; }

    /// <summary>The target; null: stop after selection.</summary>
    [Key(6)] public PreparedModel? Target { get; init; }

    /// <summary>The toxic queries; null where behaviours are named.</summary>
    [Key(7)] public PreparedQueries? Toxic { get; init; }

    /// <summary>The nontoxic queries; null where behaviours are named.</summary>
    [Key(8)] public PreparedQueries? Nontoxic { get; init; }

    /// <summary>Store name of tokenizer.json; null for pretokenised runs without one.</summary>
    [Key(9)] public string? Tokenizer { get; init; }

    /// <summary>Prompts of the evaluation, a stored jsonl; null: none.</summary>
    [Key(10)] public string? Prompts { get; init; }

    /// <summary>Held-out text of the evaluation; null: none.</summary>
    [Key(11)] public string? Perplexity { get; init; }

    /// <summary>Last-word records of the evaluation; null: none.</summary>
    [Key(12)] public string? LastWord { get; init; }

    /// <summary>Things a person should know, e.g. queries that lost all labels to truncation.</summary>
    [Key(13)] public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Known toxic spans of the corpus, a stored jsonl; null: none.</summary>
    [Key(14)] public string? Labels { get; init; }

    /// <summary>The form of this manifest; a build refuses one that is newer than it knows. 2 where behaviours are named, else 1.</summary>
    [Key(15)] public int SchemaVersion { get; init; } = 1;

    /// <summary>Every behaviour, in order.</summary>
    [IgnoreMember] public IReadOnlyList<PreparedBehaviour> Behaviours => Named ?? [new PreparedBehaviour { Toxic = Toxic!, Nontoxic = Nontoxic! }];

    /// <summary>Texts that occur twice among queries, prompts and corpus; null: an older build has not looked for them.</summary>
    [Key(16)] public OverlapRecord? Overlap { get; init; }

    /// <summary>Texts of the linear classifier; null: the queries'.</summary>
    [Key(17)] public PreparedClassifierTexts? ClassifierTexts { get; init; }

    /// <summary>The ONNX classifier; null: none.</summary>
    [Key(18)] public PreparedOnnx? Onnx { get; init; }

    /// <summary>Innocent texts of the evaluation; null: none.</summary>
    [Key(19)] public string? HardNegatives { get; init; }

    /// <summary>Named behaviours, in the order of the run file; null: <see cref="Toxic"/> and <see cref="Nontoxic"/> are the only one.</summary>
    [Key(20)] public IReadOnlyList<PreparedBehaviour>? Named { get; init; }

    /// <summary>Held-out text of the target's training; null: none.</summary>
    [Key(21)] public string? Validation { get; init; }

    /// <summary>Held-out text of the proxy's training; null: none.</summary>
    [Key(22)] public string? ProxyValidation { get; init; }

    /// <summary>Store name of <see cref="Overlap"/> as it was found; null: an older build wrote this.</summary>
    [Key(23)] public string? OverlapArtifact { get; init; }

    /// <summary>Store names of all that the preparation stored, one of each folder at least.</summary>
    [IgnoreMember] public IEnumerable<string> Artifacts => new[]
    {
        ShardArtifact(0), Proxy.Configuration, Proxy.Weights, Target?.Configuration, Target?.Weights, Tokenizer, Prompts, Perplexity, LastWord, Labels, HardNegatives, Validation, ProxyValidation,
        ClassifierTexts?.Toxic, ClassifierTexts?.Nontoxic, Onnx?.Model, Onnx?.Tokenizer, OverlapArtifact,
    }.Concat(Behaviours.SelectMany(behaviour => new[] { behaviour.Toxic.Artifact, behaviour.Toxic.Texts, behaviour.Nontoxic.Artifact, behaviour.Nontoxic.Texts })).OfType<string>();

    /// <summary>Sequences of the corpus.</summary>
    [IgnoreMember] public long Sequences => ShardSequences.Sum();

    /// <summary>Shards of the corpus.</summary>
    [IgnoreMember] public int Shards => ShardSequences.Count;

    /// <summary>Index of a shard's first sequence in the corpus.</summary>
    /// <param name="shard">The shard.</param>
    public long FirstSequence(int shard) => ShardSequences.Take(shard).Sum();

    /// <summary>The shard of a token of the corpus, and the token's index there.</summary>
    /// <param name="token">Sequence × length + position, counted over the corpus.</param>
    public (int Shard, long Index) Place(long token)
    {
        for (var shard = 0; shard < Shards; shard++)
        {
            var size = ShardSequences[shard] * SequenceLength;
            if (token < size)
            {
                return (shard, token);
            }

            token -= size;
        }

        throw new ArgumentOutOfRangeException(nameof(token), token, "The corpus has no such token.");
    }

    /// <summary>Store name of a shard's tokens.</summary>
    /// <param name="shard">The shard.</param>
    public string ShardArtifact(int shard) => ShardArtifact(CorpusKey, shard);

    /// <summary>Store name of a shard's documents; absent for a pretokenised corpus.</summary>
    /// <param name="shard">The shard.</param>
    public string DocumentsArtifact(int shard) => DocumentsArtifact(CorpusKey, shard);

    internal static string ShardArtifact(string corpusKey, int shard) => $"prepare/{corpusKey}/shard-{shard:D5}.safetensors";

    internal static string DocumentsArtifact(string corpusKey, int shard) => $"prepare/{corpusKey}/documents-{shard:D5}.msgpack";

    /// <summary>Reads the manifest.</summary>
    /// <param name="store">The store.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="OtherBuildException">A newer build wrote it.</exception>
    public static async Task<PreparedInputs> LoadAsync(IArtifactStore store, string name, CancellationToken cancellationToken = default)
    {
        await using var file = File.OpenRead(await store.FetchAsync(name, cancellationToken));
        var inputs = await MessagePackSerializer.DeserializeAsync<PreparedInputs>(file, cancellationToken: cancellationToken);
        OtherBuildException.RefuseNewer($"The manifest '{name}'", inputs.SchemaVersion, NewestSchemaVersion);
        return inputs;
    }
}

/// <summary>A model of the run.</summary>
[MessagePackObject]
public sealed record PreparedModel
{
    /// <summary>Digest of the stored weights, or of the architecture.</summary>
    [Key(0)] public required string Key { get; init; }

    /// <summary>Store name of config.json.</summary>
    [Key(1)] public required string Configuration { get; init; }

    /// <summary>Store name of the weights; null: trained from scratch.</summary>
    [Key(2)] public string? Weights { get; init; }

    /// <summary>Input groups of the tracked layers, in model order: layers of one group read the same activation.</summary>
    [Key(3)] public required IReadOnlyList<string> InputGroups { get; init; }
}

/// <summary>Labelled texts of the linear classifier.</summary>
[MessagePackObject]
public sealed record PreparedClassifierTexts
{
    /// <summary>Digest of both files.</summary>
    [Key(0)] public required string Key { get; init; }

    /// <summary>Store name of the toxic texts, a MessagePack list of strings.</summary>
    [Key(1)] public required string Toxic { get; init; }

    /// <summary>Store name of the nontoxic texts.</summary>
    [Key(2)] public required string Nontoxic { get; init; }
}

/// <summary>An ONNX classifier.</summary>
[MessagePackObject]
public sealed record PreparedOnnx
{
    /// <summary>Digest of its files.</summary>
    [Key(0)] public required string Key { get; init; }

    /// <summary>Store name of the .onnx.</summary>
    [Key(1)] public required string Model { get; init; }

    /// <summary>Store name of its tokenizer.json.</summary>
    [Key(2)] public required string Tokenizer { get; init; }

    /// <summary>Names of its outputs, in order; empty: unknown.</summary>
    [Key(3)] public required IReadOnlyList<string> Labels { get; init; }
}

/// <summary>The query sets of one behaviour.</summary>
[MessagePackObject]
public sealed record PreparedBehaviour
{
    /// <summary>Its name; null: the run's only one.</summary>
    [Key(0)] public string? Name { get; init; }

    /// <summary>The toxic queries.</summary>
    [Key(1)] public required PreparedQueries Toxic { get; init; }

    /// <summary>The nontoxic queries.</summary>
    [Key(2)] public required PreparedQueries Nontoxic { get; init; }

    /// <summary>Whether both sets have their continuations' texts.</summary>
    [IgnoreMember] public bool AreTexts => Toxic.Texts is not null && Nontoxic.Texts is not null;
}

/// <summary>One query set.</summary>
[MessagePackObject]
public sealed record PreparedQueries
{
    /// <summary>Digest of the stored batch.</summary>
    [Key(0)] public required string Key { get; init; }

    /// <summary>Store name of the batch.</summary>
    [Key(1)] public required string Artifact { get; init; }

    /// <summary>Queries.</summary>
    [Key(2)] public required long Sequences { get; init; }

    /// <summary>Tokens that carry loss.</summary>
    [Key(3)] public required long LossTokens { get; init; }

    /// <summary>Store name of the continuations' texts, a MessagePack list of strings; null for token arrays.</summary>
    [Key(4)] public string? Texts { get; init; }

    /// <summary>What was read, kept and left out; null: an older build wrote this.</summary>
    [Key(5)] public QueryCounts? Counts { get; init; }
}
