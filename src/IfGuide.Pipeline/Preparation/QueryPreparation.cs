using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Queries;
using IfGuide.Storage.Tokenizers;
using MessagePack;

namespace IfGuide.Pipeline.Preparation;

/// <summary>Reads and stores query sets.</summary>
/// <param name="store">The store.</param>
/// <param name="files">The user's files.</param>
/// <param name="tokenizer">The tokenizer; null: sets are token arrays.</param>
/// <param name="tokenizerPath">Its file; null: there is none.</param>
/// <param name="vocabulary">Rows of the models' embeddings.</param>
/// <param name="maxLength">Tokens that a query keeps.</param>
internal sealed class QueryPreparation(
    BlockingStore store, InputFiles files, TokenizerFile? tokenizer, string? tokenizerPath, int vocabulary, int maxLength)
{
    /// <summary>Stores one query set.</summary>
    /// <param name="spec">The set.</param>
    /// <param name="name">The key below <c>queries</c> that names it.</param>
    /// <param name="overlap">Collects its texts; null: they are not compared.</param>
    public (PreparedQueries Queries, IReadOnlyList<string> Warnings) Prepare(QuerySetSpec spec, string name, OverlapPreparation? overlap)
    {
        PreparationUnit.RequireTokenizer(tokenizer, spec.Path, $"queries.{name}");
        using var queries = QueryReader.Read(spec, name, tokenizer, maxLength, vocabulary);
        string?[] source = spec.Path is null ? files.Digest(spec.Pretokenised!) : [files.Digest(spec.Path)];
        var key = ContentKey.Of("queries/1", source, tokenizerPath is null ? null : files.Digest(tokenizerPath), maxLength);
        var artifact = $"prepare/{key}/queries.safetensors";
        store.Put(artifact, queries.Write);
        string? texts = null;
        if (queries.Queries.Count > 0)
        {
            texts = $"prepare/{key}/texts.msgpack";
            var completions = queries.Queries.Select(query => query.Completion).ToArray();
            store.Put(texts, stream => MessagePackSerializer.Serialize(stream, completions));
        }

        overlap?.AddQueries($"queries.{name}", spec.Path, key, queries);
        var prepared = new PreparedQueries
        {
            Key = key,
            Artifact = artifact,
            Sequences = queries.Counts.Kept,
            LossTokens = queries.Counts.LossTokens,
            Texts = texts,
            Counts = queries.Counts,
        };
        return (prepared, queries.Counts.CreateWarnings(name));
    }
}
