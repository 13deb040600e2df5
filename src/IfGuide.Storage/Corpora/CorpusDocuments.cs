using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Corpora.Parquet;
using IfGuide.Storage.Corpora.Tokens;
using IfGuide.Storage.JsonLines;

namespace IfGuide.Storage.Corpora;

/// <summary>Reads a corpus document by document: records of JSON lines, rows of parquet, text files, or token ids.</summary>
public static class CorpusDocuments
{
    /// <summary>The documents of a corpus of text, file by file in ordinal order; memory holds one document (of parquet, the text of one row group).</summary>
    /// <param name="corpus">The corpus; its path is set.</param>
    /// <exception cref="UserErrorException">As below; a record that cannot be read is refused.</exception>
    public static IEnumerable<CorpusDocument> Read(CorpusSpec corpus) => Read(corpus, vocabulary: null, new BadRecords(RecordErrors.Refuse));

    /// <summary>The corpus' documents, file by file in ordinal order; memory holds one document (of parquet, the text of one row group).</summary>
    /// <param name="corpus">The corpus; its path is set.</param>
    /// <param name="vocabulary">What is known of the tokens; may be null for a corpus of text.</param>
    /// <param name="bad">Takes records that cannot be read: a line that is not UTF-8, not a JSON object or lacks the text column, a damaged file. The message names file and place.</param>
    /// <exception cref="UserErrorException">No file matches, one cannot be read, there are no documents, or <paramref name="bad"/> refuses a record.</exception>
    public static IEnumerable<CorpusDocument> Read(CorpusSpec corpus, TokenVocabulary? vocabulary, BadRecords bad)
    {
        ArgumentNullException.ThrowIfNull(bad);
        var files = CorpusFiles.Find(corpus);
        return ReadAll(corpus, files, vocabulary, bad, int.MaxValue);
    }

    /// <summary>The first document of each of the corpus' files, to see whether they can be read; otherwise as <see cref="Read(CorpusSpec, TokenVocabulary?, BadRecords)"/>.</summary>
    /// <param name="corpus">The corpus; its path is set.</param>
    /// <param name="vocabulary">What is known of the tokens; may be null for a corpus of text.</param>
    /// <param name="bad">Takes records that cannot be read.</param>
    /// <exception cref="UserErrorException">As above.</exception>
    public static IEnumerable<CorpusDocument> ReadFirst(CorpusSpec corpus, TokenVocabulary? vocabulary, BadRecords bad)
    {
        ArgumentNullException.ThrowIfNull(bad);
        var files = CorpusFiles.Find(corpus);
        return ReadAll(corpus, files, vocabulary, bad, documents: 1);
    }

    private static IEnumerable<CorpusDocument> ReadAll(CorpusSpec corpus, IReadOnlyList<CorpusFile> files, TokenVocabulary? vocabulary, BadRecords bad, int documents)
    {
        var any = false;
        foreach (var document in files.SelectMany(file => Read(file, corpus.Text, vocabulary, bad).Take(documents)))
        {
            any = true;
            yield return document;
        }

        if (!any)
        {
            var skipped = bad.Count == 0 ? string.Empty : $" ({bad.Count} record{(bad.Count == 1 ? string.Empty : "s")} could not be read, the first: {bad.First[0]})";
            throw new UserErrorException($"corpus.path: '{corpus.Path}' holds no documents{skipped}: its {files.Count} file{(files.Count == 1 ? " has" : "s have")} no records. Put one JSON object a line into it, or name another corpus.");
        }
    }

    private static IEnumerable<CorpusDocument> Read(CorpusFile file, string column, TokenVocabulary? vocabulary, BadRecords bad) => file.Format switch
    {
        CorpusFormat.Jsonl => ReadRecords(file, column, bad),
        CorpusFormat.Text => TextFile.Read(file, bad),
        CorpusFormat.Parquet => ParquetDocuments.Read(file, column, bad),
        CorpusFormat.Megatron => MegatronDataset.Read(file, vocabulary ?? throw NoVocabulary(file), bad),
        _ => FlatTokenFile.Read(file, vocabulary ?? throw NoVocabulary(file), bad),
    };

    private static InvalidOperationException NoVocabulary(CorpusFile file) => new($"'{file.Path}' holds tokens, which are read with a vocabulary.");

    private static IEnumerable<CorpusDocument> ReadRecords(CorpusFile file, string column, BadRecords bad)
    {
        foreach (var record in JsonLinesFile.Read(file.Path, bad.Add))
        {
            if (Document(file, record, column, bad) is { } document)
            {
                yield return document;
            }
        }
    }

    private static CorpusDocument? Document(CorpusFile file, JsonRecord record, string column, BadRecords bad)
    {
        try
        {
            var text = record.Text(column, "correct the line, or name the text column in corpus.text");
            return file.Document(Id(record), Source(record), text, record.Line);
        }
        catch (UserErrorException error)
        {
            bad.Add(error);
            return null;
        }
    }

    private static string? Id(JsonRecord record) => record.Find("id") switch
    {
        { ValueKind: JsonValueKind.String } => record.OptionalText("id"),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    private static string? Source(JsonRecord record) => record.Find("source") is { ValueKind: JsonValueKind.String } ? record.OptionalText("source") : null;
}
