using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.JsonLines;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Storage.Queries;

/// <summary>Reads query sets: records of JSON lines, or token arrays.</summary>
/// <remarks>
/// Records are those of RealToxicityPrompts (<c>prompt.text</c> and <c>continuation.text</c>), {prompt, completion},
/// or {text}, whose whole text is the continuation.
/// </remarks>
public static class QueryReader
{
    private const string Forms =
        "{\"prompt\": {\"text\": …}, \"continuation\": {\"text\": …}}, {\"prompt\": …, \"completion\": …} or {\"text\": …}";

    private const string Remedy = $"write {Forms}";

    /// <summary>Reads a query set.</summary>
    /// <param name="queries">Where it is.</param>
    /// <param name="name">Its name for messages: <c>toxic</c> or <c>nontoxic</c>.</param>
    /// <param name="tokenizer">The tokenizer; null only for token arrays.</param>
    /// <param name="maxLength">Longer queries, in tokens, are cut on the right. Token arrays are taken as they are.</param>
    /// <param name="vocabularySize">The model's vocabulary.</param>
    /// <exception cref="UserErrorException">
    /// The file cannot be read, a record is wrong, or no query is left; the message names file and line.
    /// </exception>
    public static QuerySet Read(QuerySetSpec queries, string name, ITextTokenizer? tokenizer, int maxLength, int vocabularySize)
    {
        ArgumentNullException.ThrowIfNull(queries);
        if (queries.Pretokenised is { } arrays)
        {
            return ReadArrays(arrays, name, vocabularySize);
        }

        ArgumentNullException.ThrowIfNull(tokenizer);
        var path = queries.Path
            ?? throw new ArgumentException("The query set has neither a path nor token arrays.", nameof(queries));
        if (maxLength < 2)
        {
            throw new UserErrorException(
                $"queries.max_length is {maxLength}, expected at least 2 tokens: the first token of a query is never predicted.");
        }

        return ReadRecords(path, name, tokenizer, maxLength, vocabularySize);
    }

    private static QuerySet ReadRecords(string path, string name, ITextTokenizer tokenizer, int maxLength, int vocabularySize)
    {
        VocabularyCheck.CheckEndOfText(tokenizer, vocabularySize);
        var collection = new QueryCollection(maxLength);
        foreach (var record in JsonLinesFile.Read(path))
        {
            collection.Add(Encode(record, tokenizer, vocabularySize));
        }

        var counts = collection.Count(path);
        if (counts.Kept == 0)
        {
            throw new UserErrorException(
                $"queries.{name}: no usable query in '{path}': of {counts.Read} records "
                + $"{counts.Empty} have nothing to measure (an empty continuation) and "
                + $"{counts.CutAway} lost their continuation to queries.max_length, {maxLength}. "
                + $"Give records {Forms}, or raise queries.max_length.");
        }

        return new QuerySet(new PaddedQueries(collection.Kept, tokenizer.EndOfTextToken), counts, collection.Kept);
    }

    private static Query Encode(JsonRecord record, ITextTokenizer tokenizer, int vocabularySize)
    {
        var (prompt, completion) = ParseTexts(record);
        var tokens = tokenizer.Encode(prompt + completion);
        VocabularyCheck.CheckTokens(tokens, vocabularySize, record.File, record.Line);
        var first = Math.Max(1, QueryBoundary.Find(tokens, prompt, completion, tokenizer));
        return new Query(prompt, completion, tokens, first, record.Line);
    }

    private static (string Prompt, string Completion) ParseTexts(JsonRecord record)
    {
        if (record.FindTextOrNestedText("prompt") is not { } prompt)
        {
            var text = record.FindText("text")
                ?? throw record.CreateError($"found neither 'prompt' nor 'text' among the keys {record.DescribeKeys()}", Remedy);
            return (string.Empty, text);
        }

        var completion = record.FindTextOrNestedText("continuation") ?? record.FindTextOrNestedText("completion");
        if (completion is null)
        {
            var keys = record.DescribeKeys();
            throw record.CreateError($"found neither 'continuation' nor 'completion' among the keys {keys}", Remedy);
        }

        return (prompt, completion);
    }

    private static QuerySet ReadArrays(PretokenisedSpec arrays, string name, int vocabularySize)
    {
        var sequences = PretokenisedSequences.Open(arrays, vocabularySize);
        try
        {
            var (chosen, lossTokens) = ChooseWithLoss(sequences);
            if (chosen.Count == 0)
            {
                throw new UserErrorException(
                    $"queries.{name}: no usable query in '{arrays.InputIds}': of {sequences.Sequences} sequences "
                    + "none has a label other than -100 behind its first position. "
                    + $"Correct '{arrays.Labels ?? arrays.AttentionMask}'.");
            }

            var empty = sequences.Sequences - chosen.Count;
            var counts = new QueryCounts(sequences.Sequences, chosen.Count, empty, CutAway: 0, lossTokens);
            return new QuerySet(new ChosenSequences(sequences, chosen), counts, [], sequences);
        }
        catch
        {
            sequences.Dispose();
            throw;
        }
    }

    private static (List<long> Chosen, long LossTokens) ChooseWithLoss(PretokenisedSequences sequences)
    {
        var chosen = new List<long>();
        long lossTokens = 0;
        for (long sequence = 0; sequence < sequences.Sequences; sequence++)
        {
            var loss = SequenceStatistics.Compute(sequences, sequence, 1).LossTokens;
            lossTokens += loss;
            if (loss > 0)
            {
                chosen.Add(sequence);
            }
        }

        return (chosen, lossTokens);
    }
}
