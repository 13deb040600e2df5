using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Corpora.Parquet;
using IfGuide.Storage.Corpora.Tokens;
using IfGuide.Storage.JsonLines;

namespace IfGuide.Storage.Corpora;

/// <summary>Reads a corpus document by document: records of JSON lines, rows of parquet, text files, or token ids.</summary>
/// <remarks>Files come in ordinal order. Memory holds one document; of parquet, the text of one row group.</remarks>
public static class CorpusDocuments
{
    /// <summary>Reads the documents of a corpus of text.</summary>
    /// <param name="corpus">The corpus; its path is set.</param>
    /// <exception cref="UserErrorException">As below; a record that cannot be read is refused.</exception>
    public static IEnumerable<CorpusDocument> Read(CorpusSpec corpus) =>
        Read(corpus, vocabulary: null, new BadRecords(RecordErrors.Refuse));

    /// <summary>Reads the corpus' documents.</summary>
    /// <param name="corpus">The corpus; its path is set.</param>
    /// <param name="vocabulary">What is known of the tokens; may be null for a corpus of text.</param>
    /// <param name="bad">
    /// Takes records that cannot be read: a line that is not UTF-8, not a JSON object or lacks the text column, or a damaged file.
    /// The message names file and place.
    /// </param>
    /// <exception cref="UserErrorException">
    /// No file matches, one cannot be read, there are no documents, or <paramref name="bad"/> refuses a record.
    /// </exception>
    public static IEnumerable<CorpusDocument> Read(CorpusSpec corpus, TokenVocabulary? vocabulary, BadRecords bad)
    {
        ArgumentNullException.ThrowIfNull(bad);
        var files = CorpusFiles.Find(corpus);
        return ReadAll(corpus, files, vocabulary, bad, maxDocuments: int.MaxValue);
    }

    /// <summary>Reads the first document of each of the corpus' files, to see whether they can be read.</summary>
    /// <param name="corpus">The corpus; its path is set.</param>
    /// <param name="vocabulary">What is known of the tokens; may be null for a corpus of text.</param>
    /// <param name="bad">Takes records that cannot be read.</param>
    /// <exception cref="UserErrorException">As for <see cref="Read(CorpusSpec, TokenVocabulary?, BadRecords)"/>.</exception>
    public static IEnumerable<CorpusDocument> ReadFirst(CorpusSpec corpus, TokenVocabulary? vocabulary, BadRecords bad)
    {
        ArgumentNullException.ThrowIfNull(bad);
        var files = CorpusFiles.Find(corpus);
        return ReadAll(corpus, files, vocabulary, bad, maxDocuments: 1);
    }

    private static IEnumerable<CorpusDocument> ReadAll(
        CorpusSpec corpus, IReadOnlyList<CorpusFile> files, TokenVocabulary? vocabulary, BadRecords bad, int maxDocuments)
    {
        var isEmpty = true;
        foreach (var file in files)
        {
            foreach (var document in ReadFile(file, corpus.Text, vocabulary, bad).Take(maxDocuments))
            {
                isEmpty = false;
                yield return document;
            }
        }

        if (isEmpty)
        {
            throw CreateEmptyError(corpus, files.Count, bad);
        }
    }

    private static UserErrorException CreateEmptyError(CorpusSpec corpus, int files, BadRecords bad)
    {
        var skipped = bad.Count switch
        {
            0 => string.Empty,
            1 => $" (1 record could not be read, the first: {bad.First[0]})",
            _ => $" ({bad.Count} records could not be read, the first: {bad.First[0]})",
        };
        var found = files == 1 ? "1 file has" : $"{files} files have";
        return new UserErrorException(
            $"corpus.path: '{corpus.Path}' holds no documents{skipped}: its {found} no records. "
            + "Put one JSON object a line into it, or name another corpus.");
    }

    private static IEnumerable<CorpusDocument> ReadFile(
        CorpusFile file, string column, TokenVocabulary? vocabulary, BadRecords bad)
    {
        switch (file.Format)
        {
            case CorpusFormat.Jsonl:
                return ReadRecords(file, column, bad);
            case CorpusFormat.Text:
                return TextFile.Read(file, bad);
            case CorpusFormat.Parquet:
                return ParquetDocuments.Read(file, column, bad);
        }

        if (vocabulary is null)
        {
            throw new InvalidOperationException($"'{file.Path}' holds tokens, which are read with a vocabulary.");
        }

        if (file.Format == CorpusFormat.Megatron)
        {
            return MegatronDataset.Read(file, vocabulary, bad);
        }

        return FlatTokenFile.Read(file, vocabulary, bad);
    }

    private static IEnumerable<CorpusDocument> ReadRecords(CorpusFile file, string column, BadRecords bad)
    {
        foreach (var record in JsonLinesFile.Read(file.Path, bad.Add))
        {
            if (Parse(file, record, column, bad) is { } document)
            {
                yield return document;
            }
        }
    }

    private static CorpusDocument? Parse(CorpusFile file, JsonRecord record, string column, BadRecords bad)
    {
        try
        {
            var text = record.GetText(column, "correct the line, or name the text column in corpus.text");
            return file.CreateDocument(FindId(record), FindSource(record), text, record.Line);
        }
        catch (UserErrorException error)
        {
            bad.Add(error);
            return null;
        }
    }

    private static string? FindId(JsonRecord record) => record.Find("id") switch
    {
        { ValueKind: JsonValueKind.String } => record.FindText("id"),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    private static string? FindSource(JsonRecord record)
    {
        if (record.Find("source") is { ValueKind: JsonValueKind.String })
        {
            return record.FindText("source");
        }

        return null;
    }
}
