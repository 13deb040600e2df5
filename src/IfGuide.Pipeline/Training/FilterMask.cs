using IfGuide.Abstractions;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Judges;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Pipeline.Selection;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;

namespace IfGuide.Pipeline.Training;

/// <summary>Masks of the baselines, at the token budget of the selection: what a word list would leave out, and what a document filter would.</summary>
/// <remarks>Both keep their tokens from being learned (weight 0) and use no influence. They rank by the shipped lexicon.</remarks>
internal static class FilterMask
{
    /// <summary>Stores the shard's mask when it is not there; returns its name.</summary>
    public static string Ensure(UnitContext context, string variant, int shard)
    {
        var name = context.Names.FilterMask(variant, shard);
        if (!context.Store.Exists(name))
        {
            Store(context, variant);
        }

        return name;
    }

    /// <remarks>The corpus is read twice, so that memory holds a few numbers a candidate and the masks of the shards that one document touches.</remarks>
    private static void Store(UnitContext context, string variant)
    {
        if (context.Inputs.Documents == 0 || context.Inputs.Tokenizer is null)
        {
            throw new UserErrorException($"evaluation.compare: {variant} reads text, but the corpus is given as token arrays. Leave it out, or give the corpus as text.");
        }

        var chosen = Choose(Candidates(context, variant), SelectionSummary.Whole(context).SelectedTokens);
        var masks = new Dictionary<int, bool[]>();
        var (stored, number) = (0, 0L);
        foreach (var (document, _, tokens) in Candidates(context, variant))
        {
            if (!chosen.Contains(number++))
            {
                continue;
            }

            StoreUpTo(context.Inputs.Place(document).Shard);
            foreach (var token in tokens)
            {
                var (shard, index) = context.Inputs.Place(token);
                Mask(shard)[index] = true;
            }
        }

        StoreUpTo(context.Inputs.Shards);

        bool[] Mask(int shard) => masks.TryGetValue(shard, out var mask) ? mask : masks[shard] = new bool[context.Inputs.ShardSequences[shard] * context.Inputs.SequenceLength];

        void StoreUpTo(int shard)
        {
            for (; stored < shard; stored++)
            {
                Put(context, context.Names.FilterMask(variant, stored), Mask(stored));
                masks.Remove(stored);
            }
        }
    }

    /// <summary>Numbers of the heaviest candidates that fit the budget, each where it still does.</summary>
    private static HashSet<long> Choose(IEnumerable<(long Document, double Weight, long[] Tokens)> candidates, long budget)
    {
        var chosen = new HashSet<long>();
        foreach (var (number, _, _, count) in candidates
            .Select((candidate, number) => (Number: (long)number, candidate.Weight, First: candidate.Tokens[0], candidate.Tokens.Length))
            .OrderByDescending(candidate => candidate.Weight)
            .ThenBy(candidate => candidate.First))
        {
            if (count <= budget)
            {
                budget -= count;
                chosen.Add(number);
            }
        }

        return chosen;
    }

    /// <summary>What might be left out, with the first token of its document, document by document in corpus order.</summary>
    private static IEnumerable<(long Document, double Weight, long[] Tokens)> Candidates(UnitContext context, string variant)
    {
        var lexicon = LexiconClassifier.Shipped();
        return new CorpusText(context).Documents()
            .Select(document => (Document: document, Hits: lexicon.Hits(document.Text.Text).ToArray()))
            .Where(document => document.Hits.Length > 0)
            .SelectMany(document => (variant == Variants.WordFilter ? Words(document.Document, document.Hits) : [Whole(document.Document, document.Hits)])
                .Select(candidate => (document.Document.FirstToken, candidate.Weight, candidate.Tokens)));
    }

    private static IEnumerable<(double Weight, long[] Tokens)> Words(CorpusDocumentText document, (int Start, int End, double Weight)[] hits) =>
        hits.Select(hit => (hit.Weight, document.TokensIn(hit.Start, hit.End))).Where(candidate => candidate.Item2.Length > 0);

    private static (double Weight, long[] Tokens) Whole(CorpusDocumentText document, (int Start, int End, double Weight)[] hits) =>
        (hits.Sum(hit => hit.Weight) / document.TokenCount, document.TokensIn(0, document.Text.Text.Length));

    /// <summary>Stores one shard's mask.</summary>
    public static void Put(UnitContext context, string name, bool[] mask) => context.Store.Put(name, stream =>
    {
        var length = context.Inputs.SequenceLength;
        var writer = new NpyWriter(stream, ElementType.Bool, [mask.LongLength / length, length]);
        writer.Write<bool>(mask);
        writer.Complete();
    });
}
