using IfGuide.Abstractions;
using IfGuide.Pipeline.Evaluation;
using IfGuide.Pipeline.Execution;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;

namespace IfGuide.Pipeline.Units;

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
            var masks = Compute(context, variant);
            for (var each = 0; each < masks.Length; each++)
            {
                Put(context, context.Names.FilterMask(variant, each), masks[each]);
            }
        }

        return name;
    }

    private static bool[][] Compute(UnitContext context, string variant)
    {
        if (context.Inputs.Documents == 0 || context.Inputs.Tokenizer is null)
        {
            throw new UserErrorException($"evaluation.compare: {variant} reads text, but the corpus is given as token arrays. Leave it out, or give the corpus as text.");
        }

        var lexicon = LexiconClassifier.Shipped();
        var corpus = new CorpusText(context);
        var candidates = corpus.Documents()
            .Select(document => (Document: document, Hits: lexicon.Hits(document.Text.Text).ToArray()))
            .Where(document => document.Hits.Length > 0)
            .SelectMany(document => variant == Variants.WordFilter ? Words(document.Document, document.Hits) : [Whole(document.Document, document.Hits)])
            .OrderByDescending(candidate => candidate.Weight)
            .ThenBy(candidate => candidate.Tokens[0])
            .ToArray();
        var masks = context.Inputs.ShardSequences.Select(sequences => new bool[sequences * context.Inputs.SequenceLength]).ToArray();
        var budget = SelectionSummary.Whole(context).SelectedTokens;
        foreach (var candidate in candidates)
        {
            if (candidate.Tokens.Length > budget)
            {
                continue;
            }

            budget -= candidate.Tokens.Length;
            foreach (var token in candidate.Tokens)
            {
                var (shard, index) = context.Inputs.Place(token);
                masks[shard][index] = true;
            }
        }

        return masks;
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
