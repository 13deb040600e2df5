using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.JsonLines;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Queries;

/// <summary>Reads query sets: RealToxicityPrompts records (<c>prompt.text</c> and <c>continuation.text</c>), {prompt, completion} records, {text} records, whose whole text is the continuation, or token arrays.</summary>
public static class QueryReader
{
    private const int NamedLines = 5;
    private const string Forms = "{\"prompt\": {\"text\": …}, \"continuation\": {\"text\": …}}, {\"prompt\": …, \"completion\": …} or {\"text\": …}";

    /// <summary>Reads a query set.</summary>
    /// <param name="queries">Where it is.</param>
    /// <param name="name">Its name for messages: <c>toxic</c> or <c>nontoxic</c>.</param>
    /// <param name="tokenizer">The tokenizer; null only for token arrays.</param>
    /// <param name="maxLength">Longest query in tokens; longer ones are cut on the right. Token arrays are taken as they are.</param>
    /// <param name="vocabularySize">The model's vocabulary.</param>
    /// <exception cref="UserErrorException">The file cannot be read, a record is wrong, or no query is left; the message names file and line.</exception>
    public static QuerySet Read(QuerySetSpec queries, string name, ITextTokenizer? tokenizer, int maxLength, int vocabularySize)
    {
        ArgumentNullException.ThrowIfNull(queries);
        if (queries.Pretokenised is { } arrays)
        {
            return ReadArrays(arrays, name, vocabularySize);
        }

        ArgumentNullException.ThrowIfNull(tokenizer);
        var path = queries.Path ?? throw new ArgumentException("The query set has neither a path nor token arrays.", nameof(queries));
        return maxLength >= 2
            ? ReadRecords(path, name, tokenizer, maxLength, vocabularySize)
            : throw new UserErrorException($"queries.max_length is {maxLength}, expected at least 2 tokens: the first token of a query is never predicted.");
    }

    private static QuerySet ReadRecords(string path, string name, ITextTokenizer tokenizer, int maxLength, int vocabularySize)
    {
        VocabularyCheck.EndOfText(tokenizer, vocabularySize);
        var kept = new List<Query>();
        long read = 0;
        long empty = 0;
        long shortened = 0;
        var cutAway = new List<long>();
        foreach (var record in JsonLinesFile.Read(path))
        {
            read++;
            var (prompt, completion) = Texts(record);
            var tokens = tokenizer.Encode(prompt + completion);
            VocabularyCheck.Tokens(tokens, vocabularySize, record.File, record.Line);
            var first = Math.Max(1, QueryBoundary.Find(tokens, prompt, completion, tokenizer));
            if (first >= tokens.Length)
            {
                empty++;
            }
            else if (first >= maxLength)
            {
                cutAway.Add(record.Line);
            }
            else
            {
                kept.Add(new Query(prompt, completion, tokens.AsMemory(0, Math.Min(tokens.Length, maxLength)), first, record.Line));
                shortened += tokens.Length > maxLength ? 1 : 0;
            }
        }

        var counts = new QueryCounts(read, kept.Count, empty, cutAway.Count, kept.Sum(query => (long)query.Tokens.Length - query.FirstLabel))
        {
            Shortened = shortened,
            CutAwayPlaces = Places(path, cutAway),
        };
        return kept.Count > 0
            ? new QuerySet(new PaddedQueries(kept, tokenizer.EndOfTextToken), counts, kept)
            : throw new UserErrorException(
                $"queries.{name}: no usable query in '{path}': of {read} records {empty} have nothing to measure (an empty continuation) and {cutAway.Count} lost their continuation to queries.max_length, {maxLength}. "
                + $"Give records {Forms}, or raise queries.max_length.");
    }

    private static string Places(string path, List<long> lines) => lines.Count == 0
        ? string.Empty
        : $"{Path.GetFileName(path)}, line {string.Join(", ", lines.Take(NamedLines))}{(lines.Count > NamedLines ? ", …" : string.Empty)}";

    private static (string Prompt, string Completion) Texts(JsonRecord record)
    {
        const string remedy = $"write {Forms}";
        if (record.TextOrNestedText("prompt") is not { } prompt)
        {
            return (string.Empty, record.OptionalText("text") ?? throw record.Error($"found neither 'prompt' nor 'text' among the keys {record.Keys()}", remedy));
        }

        var completion = record.TextOrNestedText("continuation") ?? record.TextOrNestedText("completion")
            ?? throw record.Error($"found neither 'continuation' nor 'completion' among the keys {record.Keys()}", remedy);
        return (prompt, completion);
    }

    private static QuerySet ReadArrays(PretokenisedSpec arrays, string name, int vocabularySize)
    {
        var sequences = PretokenisedSequences.Open(arrays, vocabularySize);
        try
        {
            var chosen = new List<long>();
            long lossTokens = 0;
            for (long sequence = 0; sequence < sequences.Sequences; sequence++)
            {
                var loss = SequenceStatistics.Of(sequences, sequence, 1).LossTokens;
                lossTokens += loss;
                if (loss > 0)
                {
                    chosen.Add(sequence);
                }
            }

            var counts = new QueryCounts(sequences.Sequences, chosen.Count, sequences.Sequences - chosen.Count, CutAway: 0, lossTokens);
            return chosen.Count > 0
                ? new QuerySet(new ChosenSequences(sequences, chosen), counts, [], sequences)
                : throw new UserErrorException($"queries.{name}: no usable query in '{arrays.InputIds}': of {sequences.Sequences} sequences none has a label other than -100 behind its first position. Correct '{arrays.Labels ?? arrays.AttentionMask}'.");
        }
        catch
        {
            sequences.Dispose();
            throw;
        }
    }
}
