using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Corpora.Preparation;
using IfGuide.Storage.Tokenizers;
using MessagePack;

namespace IfGuide.Pipeline.Preparation;

/// <summary>Checks the user's files and stores what later stages read in their place. Nothing later touches the files again.</summary>
internal static class PreparationUnit
{
    private const int NamesShown = 5;

    public static string Run(RunSpec specification, BlockingStore store, IProgress<UnitProgress>? progress, CancellationToken cancellationToken)
    {
        var files = new InputFiles(store);
        var tokenizerName = specification.Tokenizer is null ? null : files.Put(specification.Tokenizer, "tokenizer", "tokenizer.json");
        var tokenizer = specification.Tokenizer is null ? null : TokenizerFile.Load(specification.Tokenizer);
        var (proxy, vocabulary) = ModelPreparation.Prepare(specification, specification.Proxy, "proxy", tokenizer, store, files);
        PreparedModel? target = null;
        if (specification.Target is { } wanted)
        {
            (target, var targetVocabulary) = ModelPreparation.Prepare(specification, wanted, "target", tokenizer, store, files);
            vocabulary = Math.Min(vocabulary, targetVocabulary);
        }

        var overlap = new OverlapPreparation(store, files);
        var sets = new QueryPreparation(store, files, tokenizer, specification.Tokenizer, vocabulary, specification.Queries.MaxLength);
        var (behaviours, queryWarnings) = Behaviours(specification.Queries, sets, overlap);
        var isNamed = specification.Queries.Behaviours is not null;
        var evaluation = EvaluationPreparation.Prepare(specification.Evaluation, tokenizer, behaviours.Any(behaviour => behaviour.AreTexts), store, files, overlap);
        overlap.AddPrompts(specification.Evaluation?.Prompts);
        var (corpusKey, corpus, shared) = CorpusOf(specification, tokenizer, tokenizerName, vocabulary, store, files, overlap, progress, cancellationToken);
        var inputs = new PreparedInputs
        {
            CorpusKey = corpusKey,
            ShardSequences = corpus.ShardSequences,
            SequenceLength = corpus.Length,
            AttendedTokens = corpus.AttendedTokens,
            Documents = corpus.Documents,
            Proxy = proxy,
            Target = target,
            Toxic = isNamed ? null : behaviours[0].Toxic,
            Nontoxic = isNamed ? null : behaviours[0].Nontoxic,
            Named = isNamed ? behaviours : null,
            SchemaVersion = isNamed ? 2 : 1,
            Tokenizer = tokenizerName,
            Prompts = evaluation.Prompts,
            Perplexity = evaluation.Perplexity,
            LastWord = evaluation.LastWord,
            Labels = evaluation.Labels,
            ClassifierTexts = evaluation.ClassifierTexts,
            Onnx = evaluation.Onnx,
            HardNegatives = evaluation.HardNegatives,
            Warnings = [.. corpus.Warnings, .. LeftOut(specification.Corpus), .. queryWarnings, .. shared.Warnings()],
            Overlap = shared,
            OverlapArtifact = overlap.Artifact,
            Validation = target is null ? null : HeldOutSequences.Store(specification.Training.Validation, "training.validation", tokenizer, files),
            ProxyValidation = proxy.Weights is not null ? null : HeldOutSequences.Store((specification.Proxy.Training ?? specification.Training).Validation, "proxy.training.validation", tokenizer, files),
        };
        var name = $"prepare/{ContentKey.Of("inputs/1", Convert.ToHexString(MessagePackSerializer.Serialize(inputs, cancellationToken: cancellationToken)))}/inputs.msgpack";
        store.Put(name, stream => MessagePackSerializer.Serialize(stream, inputs));
        return name;
    }

    private static (IReadOnlyList<PreparedBehaviour> Behaviours, IReadOnlyList<string> Warnings) Behaviours(
        QueriesSpec queries, QueryPreparation sets, OverlapPreparation overlap)
    {
        var warnings = new List<string>();
        var compared = new HashSet<(QuerySetSpec Set, string Role)>(); // behaviours that share a set on purpose share it once
        return ([.. queries.Pairs().Select(pair => new PreparedBehaviour
        {
            Name = pair.Name,
            Toxic = Prepare(pair.Name, pair.Toxic, UnitNames.Toxic),
            Nontoxic = Prepare(pair.Name, pair.Nontoxic, UnitNames.Nontoxic),
        })], warnings);

        PreparedQueries Prepare(string? behaviour, QuerySetSpec spec, string role)
        {
            var isFirst = compared.Add((spec, role));
            var (prepared, told) = sets.Prepare(spec, UnitNames.Of(behaviour, role), isFirst ? overlap : null);
            warnings.AddRange(told);
            return prepared;
        }
    }

    private static (string Key, StoredCorpus Corpus, OverlapRecord Overlap) CorpusOf(
        RunSpec specification, TokenizerFile? tokenizer, string? tokenizerName, int vocabulary, BlockingStore store, InputFiles files, OverlapPreparation overlap,
        IProgress<UnitProgress>? progress, CancellationToken cancellationToken)
    {
        var spec = specification.Corpus;
        IReadOnlyList<CorpusFile> found = spec.Pretokenised is null ? CorpusFiles.Find(spec) : [];
        RequireTokenizer(tokenizer, found.All(file => file.HoldsTokens) ? null : spec.Path, "corpus");
        string?[] source = spec.Pretokenised is null ? files.Digest(found.SelectMany(file => file.Parts)) : files.Digest(spec.Pretokenised);
        var settings = spec.Pretokenised is null ? spec with { Path = null } : null;
        var key = ContentKey.Of("corpus/1", source, settings, spec.Pretokenised is null ? tokenizerName : null, specification.Shards);
        var summary = $"prepare/{key}/corpus.msgpack";
        if (store.Exists(summary))
        {
            var stored = MessagePackSerializer.Deserialize<StoredCorpus>(File.ReadAllBytes(store.Fetch(summary)), cancellationToken: cancellationToken);
            return (key, stored, overlap.Compare(key, spec, tokenizer, vocabulary, prepare: null, cancellationToken));
        }

        StoredCorpus? made = null;
        var shared = overlap.Compare(key, spec, tokenizer, vocabulary, findings => made = Store(findings), cancellationToken);
        store.Put(summary, stream => MessagePackSerializer.Serialize(stream, made));
        return (key, made!, shared);

        StoredCorpus Store(CorpusFindings findings)
        {
            var preparation = new CorpusPreparation(store.WorkFolder) { Findings = findings };
            var count = new InlineProgress<long>(done => progress?.Report(new UnitProgress { Measure = "documents", Done = done, Total = 0 }));
            foreach (var shard in preparation.Prepare(spec, tokenizer, vocabulary, specification.Shards, count, cancellationToken))
            {
                PutShard(store, key, shard);
            }

            var prepared = preparation.Result;
            return new StoredCorpus(prepared.ShardSequences, prepared.Length, prepared.AttendedTokens, prepared.Documents, prepared.CreateWarnings());
        }
    }

    private static void PutShard(BlockingStore store, string key, PreparedShard shard)
    {
        if (shard.HasDocuments)
        {
            store.Put(PreparedInputs.DocumentsArtifact(key, shard.Shard), shard.WriteDocuments);
        }

        store.Put(PreparedInputs.ShardArtifact(key, shard.Shard), shard.WriteSequences);
    }

    /// <summary>What the corpus' folder holds besides.</summary>
    private static IEnumerable<string> LeftOut(CorpusSpec corpus)
    {
        var names = CorpusFiles.FindLeftOut(corpus);
        if (names.Count > 0)
        {
            var more = names.Count > NamesShown ? FormattableString.Invariant($" and {names.Count - NamesShown:N0} more") : string.Empty;
            yield return $"corpus: in '{corpus.Path}' {string.Join(", ", names.Take(NamesShown))}{more} {(names.Count == 1 ? "has no extension" : "have no extensions")} of a corpus and {(names.Count == 1 ? "was" : "were")} left out; name them by a glob to read them.";
        }
    }

    public static void RequireTokenizer(TokenizerFile? tokenizer, string? textPath, string key)
    {
        if (textPath is not null && tokenizer is null)
        {
            throw new UserErrorException($"tokenizer: missing, but {key} is text ('{textPath}'). Name a tokenizer.json, put one into the proxy's folder, or give token arrays under {key}.pretokenised.");
        }
    }

    /// <summary>Unlike <see cref="Progress{T}"/>, reports on the calling thread.</summary>
    private sealed class InlineProgress<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
