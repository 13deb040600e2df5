using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Rules.Values;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Abstractions.Rules.Keys;

/// <summary>Keys of <c>corpus</c> and <c>queries</c>.</summary>
internal static class CorpusKeys
{
    private static readonly PathKind Array = new("the path of an .npy file of integers, sequences × tokens");
    private static readonly PathKind Jsonl = new("the path of a .jsonl file");
    private static readonly WholeNumberKind<int> SequenceLength = new(2, 1 << 20);

    public static Section<PretokenisedSpec> Pretokenised { get; } = new(
        () => new PretokenisedSpec { InputIds = string.Empty },
        Key<PretokenisedSpec>.Of(
            "input_ids", Array, arrays => arrays.InputIds, (arrays, path) => arrays with { InputIds = path },
            "Token ids, integers [sequences, tokens]."),
        Key<PretokenisedSpec>.Of(
            "labels", Array, arrays => arrays.Labels, (arrays, path) => arrays with { Labels = path },
            "Labels; -100 carries no loss. By default the input ids."),
        Key<PretokenisedSpec>.Of(
            "attention_mask", Array, arrays => arrays.AttentionMask, (arrays, path) => arrays with { AttentionMask = path },
            "1 for tokens, 0 for padding. By default all ones."))
    {
        Required = ["input_ids"],
    };

    public static Section<CorpusSpec> Corpus { get; } = new(
        () => new CorpusSpec(),
        Key<CorpusSpec>.Of(
            "path",
            new PathKind("the path of a file or a folder, or a glob"),
            corpus => corpus.Path,
            (corpus, path) => corpus with { Path = path },
            "A file, a folder, or a glob; of a Megatron dataset, its name with or without extension."),
        Key<CorpusSpec>.Of(
            "format",
            new ChoiceKind<CorpusFormat>(
                ("auto", CorpusFormat.Auto),
                ("jsonl", CorpusFormat.Jsonl),
                ("parquet", CorpusFormat.Parquet),
                ("text", CorpusFormat.Text),
                ("npy", CorpusFormat.Npy),
                ("megatron", CorpusFormat.Megatron),
                ("nanogpt", CorpusFormat.NanoGpt)),
            corpus => corpus.Format,
            (corpus, format) => corpus with { Format = format },
            "How the files are read; auto: by their extension or first bytes. jsonl and text may be compressed (.gz, .zst); megatron (.idx, .bin), nanogpt (flat .bin) and npy hold token ids.",
            "\"auto\""),
        Key<CorpusSpec>.Of(
            "text", new TextKind("the name of a field"), corpus => corpus.Text, (corpus, field) => corpus with { Text = field },
            "The text column of jsonl or parquet.", "\"text\""),
        Key<CorpusSpec>.Of(
            "block", SequenceLength, corpus => corpus.Block, (corpus, block) => corpus with { Block = block },
            "Tokens per training sequence.", "2048"),
        Key<CorpusSpec>.Of(
            "packing",
            new ChoiceKind<Packing>(("concatenate", Packing.Concatenate), ("document", Packing.Document)),
            corpus => corpus.Packing,
            (corpus, packing) => corpus with { Packing = packing },
            "concatenate: documents joined with the end-of-text token and cut into blocks; document: one document a sequence, cut at block.",
            "\"concatenate\""),
        Key<CorpusSpec>.Of(
            "on_error",
            new ChoiceKind<RecordErrors>(("refuse", RecordErrors.Refuse), ("skip", RecordErrors.Skip)),
            corpus => corpus.OnError,
            (corpus, onError) => corpus with { OnError = onError },
            "Records that cannot be read: refuse ends the run at the first; skip leaves them out, counts them and names the first.",
            "\"refuse\""),
        Key<CorpusSpec>.Of(
            "pretokenised",
            Pretokenised,
            corpus => corpus.Pretokenised,
            (corpus, arrays) => corpus with { Pretokenised = arrays },
            "Token arrays in place of text."))
    {
        Alternatives = ("path", "pretokenised"),
        OnlyBeside = [("format", "path"), ("text", "path"), ("block", "path"), ("packing", "path"), ("on_error", "path")],
    };

    private static readonly ShorthandKind<QuerySetSpec> QuerySet = new(
        Jsonl,
        path => new QuerySetSpec { Path = path },
        set => set.Pretokenised is null ? set.Path : null,
        new Section<QuerySetSpec>(
            () => new QuerySetSpec(),
            Key<QuerySetSpec>.Of(
                "path", Jsonl, set => set.Path, (set, path) => set with { Path = path },
                "RealToxicityPrompts records, {prompt, completion} records or {text} records, one JSON object a line."),
            Key<QuerySetSpec>.Of(
                "pretokenised", Pretokenised, set => set.Pretokenised, (set, arrays) => set with { Pretokenised = arrays },
                "Token arrays in place of text."))
        {
            Alternatives = ("path", "pretokenised"),
        });

    private static readonly Key<QueriesSpec> MaxLength = Key<QueriesSpec>.Of(
        "max_length", SequenceLength, queries => queries.MaxLength, (queries, length) => queries with { MaxLength = length },
        "Longest query in tokens; longer ones are cut on the right.", "256");

    private static readonly Section<QueriesSpec> Pair = new(
        () => new QueriesSpec(),
        Key<QueriesSpec>.Of(
            "toxic", QuerySet, queries => queries.Toxic, (queries, set) => queries with { Toxic = set },
            "Continuations that the model should not learn; a plain string is short for path."),
        Key<QueriesSpec>.Of(
            "nontoxic", QuerySet, queries => queries.Nontoxic, (queries, set) => queries with { Nontoxic = set },
            "Continuations that it should keep; a plain string is short for path."),
        MaxLength)
    {
        Required = ["toxic", "nontoxic"],
    };

    private static readonly Section<BehaviourSpec> Behaviour = new(
        () => new BehaviourSpec { Toxic = null!, Nontoxic = null! },
        Key<BehaviourSpec>.Of(
            "toxic", QuerySet, behaviour => behaviour.Toxic, (behaviour, set) => behaviour with { Toxic = set },
            "Continuations that show the behaviour; a plain string is short for path."),
        Key<BehaviourSpec>.Of(
            "nontoxic", QuerySet, behaviour => behaviour.Nontoxic, (behaviour, set) => behaviour with { Nontoxic = set },
            "Continuations that do not, and should be kept; a plain string is short for path."))
    {
        Required = ["toxic", "nontoxic"],
    };

    public static QueriesKind Queries { get; } = new(Pair, new BehaviourMapKind<BehaviourSpec>(Behaviour), MaxLength);
}
