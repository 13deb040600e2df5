using IfGuide.Storage.Overlap;
using MessagePack;

namespace IfGuide.Pipeline.Records;

/// <summary>Which texts of a run occur twice: among query sets and prompts of the evaluation, and in the corpus.</summary>
[MessagePackObject]
public sealed record OverlapRecord
{
    /// <summary>Name of all query sets together.</summary>
    public const string AllQueries = "queries";

    /// <summary>Name of the evaluation's prompts.</summary>
    public const string Prompts = "evaluation.prompts";

    /// <summary>What the names of a classifier's training texts begin with.</summary>
    public const string ClassifierTexts = "evaluation.classifier_texts";

    /// <summary>Each two query sets, each query set and the prompts, and all query sets together and the prompts; sets of text only.</summary>
    [Key(0)] public required IReadOnlyList<SetOverlap> Sets { get; init; }

    /// <summary>What of each set stands in the corpus: whole queries, and prompts of the evaluation without their continuation.</summary>
    [Key(1)] public required IReadOnlyList<CorpusOverlap> Corpus { get; init; }

    /// <summary>What has no text to compare: <c>corpus</c>, or query sets that are token arrays.</summary>
    [Key(2)] public required IReadOnlyList<string> NotCompared { get; init; }

    /// <summary>What a person should know about it. That query sets share prompts is no mistake: they may contrast continuations.</summary>
    public IReadOnlyList<string> Warnings() =>
    [
        .. Sets.Where(sets => sets.Second == Prompts && IsClassifiers(sets) && Both(sets) > 0).Select(sets => FormattableString.Invariant(
            $"{Prompts}: {Both(sets):N0} of {sets.SecondTexts:N0} prompts ({Share(Both(sets), sets.SecondTexts)}) also stand in {sets.First} (the first: {Pair(First(sets))}): the linear classifier learned from what it grades. Hold its texts apart.")),
        .. Sets.Where(sets => sets.Second == Prompts && IsWidest(sets) && Both(sets) > 0).Select(sets => FormattableString.Invariant(
            $"{Prompts}: {Both(sets):N0} of {sets.SecondTexts:N0} prompts ({Share(Both(sets), sets.SecondTexts)}) also stand in {sets.First} (the first: {Pair(First(sets))}): tokens were chosen with what the evaluation measures. Take other prompts, or say so with the figures.")),
        .. Sets.Where(sets => sets.Second != Prompts && sets.Wholes.InSecond > 0).Select(sets => FormattableString.Invariant(
            $"{sets.First} and {sets.Second}: {sets.Wholes.InFirst:N0} of {sets.FirstTexts:N0} and {sets.Wholes.InSecond:N0} of {sets.SecondTexts:N0} texts are in both (the first: {Pair(sets.Wholes.Places[0])}). Remove them from one.")),
        .. Corpus.Where(set => set.Found > 0).Select(set => FormattableString.Invariant(
            $"{set.Set}: {set.Found:N0} of {set.Sought:N0} texts ({Share(set.Found, set.Sought)}) stand word for word in {set.Documents:N0} document{(set.Documents == 1 ? string.Empty : "s")} of the corpus (the first: {set.Places[0][0]} in {set.Places[0][1]}): the model is trained on them.")),
    ];

    /// <summary>Prompts of the evaluation that are the prompt, or the whole text, of a query.</summary>
    private static long Both(SetOverlap sets) => Math.Max(sets.Prompts.InSecond, sets.Wholes.InSecond);

    private static IReadOnlyList<string> First(SetOverlap sets) => sets.Prompts.InSecond >= sets.Wholes.InSecond ? sets.Prompts.Places[0] : sets.Wholes.Places[0];

    private static bool IsClassifiers(SetOverlap sets) => sets.First.StartsWith(ClassifierTexts, StringComparison.Ordinal);

    private bool IsWidest(SetOverlap sets) => !IsClassifiers(sets) && (sets.First == AllQueries || !Sets.Any(other => other.First == AllQueries));

    private static string Pair(IReadOnlyList<string> places) => $"{places[0]} and {places[1]}";

    private static string Share(long part, long whole) => FormattableString.Invariant($"{100.0 * part / whole:0.#} %");
}
