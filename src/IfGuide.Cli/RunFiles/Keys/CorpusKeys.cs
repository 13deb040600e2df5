using IfGuide.Abstractions.Specification;
using IfGuide.Cli.RunFiles.Values;

namespace IfGuide.Cli.RunFiles.Keys;

/// <summary>Keys of <c>corpus</c> and <c>queries</c>.</summary>
internal static class CorpusKeys
{
    private static readonly PathKind Array = new("the path of an .npy file of integers, sequences × tokens");
    private static readonly PathKind Jsonl = new("the path of a .jsonl file");

    public static Section<PretokenisedSpec> Pretokenised { get; } = new(
        () => new PretokenisedSpec { InputIds = string.Empty },
        Key.Of("input_ids", Array, (PretokenisedSpec arrays, string path) => arrays with { InputIds = path }, "Token ids, integers [sequences, tokens]."),
        Key.Of("labels", Array, (PretokenisedSpec arrays, string path) => arrays with { Labels = path }, "Labels; -100 carries no loss. By default the input ids."),
        Key.Of("attention_mask", Array, (PretokenisedSpec arrays, string path) => arrays with { AttentionMask = path }, "1 for tokens, 0 for padding. By default all ones."))
    {
        Required = ["input_ids"],
    };

    public static Section<CorpusSpec> Corpus { get; } = new(
        () => new CorpusSpec(),
        Key.Of("path", new PathKind("the path of a file or a folder, or a glob"), (CorpusSpec corpus, string path) => corpus with { Path = path }, "A file, a folder, or a glob; of a Megatron dataset, its name with or without extension."),
        Key.Of("format", new ChoiceKind<CorpusFormat>(("auto", CorpusFormat.Auto), ("jsonl", CorpusFormat.Jsonl), ("parquet", CorpusFormat.Parquet), ("text", CorpusFormat.Text), ("npy", CorpusFormat.Npy), ("megatron", CorpusFormat.Megatron), ("nanogpt", CorpusFormat.NanoGpt)),
            (CorpusSpec corpus, CorpusFormat format) => corpus with { Format = format }, "How the files are read; auto: by their extension or first bytes. jsonl and text may be compressed (.gz, .zst); megatron (.idx, .bin), nanogpt (flat .bin) and npy hold token ids.", "\"auto\""),
        Key.Of("text", new TextKind("the name of a field"), (CorpusSpec corpus, string field) => corpus with { Text = field }, "The text column of jsonl or parquet.", "\"text\""),
        Key.Of("block", WholeNumberKind.Count(2, 1 << 20), (CorpusSpec corpus, long block) => corpus with { Block = (int)block }, "Tokens per training sequence.", "2048"),
        Key.Of("packing", new ChoiceKind<Packing>(("concatenate", Packing.Concatenate), ("document", Packing.Document)), (CorpusSpec corpus, Packing packing) => corpus with { Packing = packing },
            "concatenate: documents joined with the end-of-text token and cut into blocks; document: one document a sequence, cut at block.", "\"concatenate\""),
        Key.Of("on_error", new ChoiceKind<RecordErrors>(("refuse", RecordErrors.Refuse), ("skip", RecordErrors.Skip)), (CorpusSpec corpus, RecordErrors onError) => corpus with { OnError = onError },
            "Records that cannot be read: refuse ends the run at the first; skip leaves them out, counts them and names the first.", "\"refuse\""),
        Key.Of("pretokenised", Pretokenised, (CorpusSpec corpus, PretokenisedSpec arrays) => corpus with { Pretokenised = arrays }, "Token arrays in place of text."))
    {
        Alternatives = ("path", "pretokenised"),
        OnlyBeside = [("format", "path"), ("text", "path"), ("block", "path"), ("packing", "path"), ("on_error", "path")],
    };

    private static readonly ShorthandKind<QuerySetSpec> QuerySet = new(
        Jsonl,
        path => new QuerySetSpec { Path = path },
        new Section<QuerySetSpec>(
            () => new QuerySetSpec(),
            Key.Of("path", Jsonl, (QuerySetSpec set, string path) => set with { Path = path }, "RealToxicityPrompts records, {prompt, completion} records or {text} records, one JSON object a line."),
            Key.Of("pretokenised", Pretokenised, (QuerySetSpec set, PretokenisedSpec arrays) => set with { Pretokenised = arrays }, "Token arrays in place of text."))
        {
            Alternatives = ("path", "pretokenised"),
        });

    private static readonly Key<QueriesSpec> MaxLength =
        Key.Of("max_length", WholeNumberKind.Count(2, 1 << 20), (QueriesSpec queries, long length) => queries with { MaxLength = (int)length }, "Longest query in tokens; longer ones are cut on the right.", "256");

    private static readonly Section<QueriesSpec> Pair = new(
        () => new QueriesSpec(),
        Key.Of("toxic", QuerySet, (QueriesSpec queries, QuerySetSpec set) => queries with { Toxic = set }, "Continuations that the model should not learn; a plain string is short for path."),
        Key.Of("nontoxic", QuerySet, (QueriesSpec queries, QuerySetSpec set) => queries with { Nontoxic = set }, "Continuations that it should keep; a plain string is short for path."),
        MaxLength)
    {
        Required = ["toxic", "nontoxic"],
    };

    private static readonly Section<BehaviourSpec> Behaviour = new(
        () => new BehaviourSpec { Toxic = null!, Nontoxic = null! },
        Key.Of("toxic", QuerySet, (BehaviourSpec behaviour, QuerySetSpec set) => behaviour with { Toxic = set }, "Continuations that show the behaviour; a plain string is short for path."),
        Key.Of("nontoxic", QuerySet, (BehaviourSpec behaviour, QuerySetSpec set) => behaviour with { Nontoxic = set }, "Continuations that do not, and should be kept; a plain string is short for path."))
    {
        Required = ["toxic", "nontoxic"],
    };

    public static QueriesKind Queries { get; } = new(Pair, new BehaviourMapKind<BehaviourSpec>(Behaviour), MaxLength);
}
