using IfGuide.Numerics.Influence;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Curvature;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Tokenizers;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Explaining;

/// <summary>The influence of some tokens on every query of a behaviour.</summary>
/// <remarks>
/// The curvature is symmetric, so gᵀ H⁻¹ ∇L is the derivative of the query's loss along H⁻¹ ∇L: the tokens' gradient is
/// preconditioned once, and one forward pass over the queries gives the influence on each. No query's gradient is ever formed.
/// </remarks>
internal static class QuerySearch
{
    public static NearestQueries Nearest(RunContext context, PreparedBehaviour behaviour, TokenTarget target, int count)
    {
        using var scope = NewDisposeScope();
        using var scorer = new TokenScorer(ProxyModel.Of(context), Preconditioned(context, target));
        var tokenizer = context.Inputs.Tokenizer is { } artifact ? TokenizerFile.Load(context.Store.Fetch(artifact)) : null;
        var (toxic, toxicMean) = Search(context, behaviour.Toxic, scorer, count, tokenizer);
        var (nontoxic, nontoxicMean) = Search(context, behaviour.Nontoxic, scorer, count, tokenizer);
        return new NearestQueries(toxic, nontoxic, toxicMean, nontoxicMean);
    }

    private static Dictionary<string, Tensor> Preconditioned(RunContext context, TokenTarget target)
    {
        using var gradient = new QueryGradientAccumulator(ProxyModel.Of(context));
        foreach (var batch in ShardBatches.OfTokens(context, context.Work, target.First, target.Count, target.Contains))
        {
            gradient.Add(batch);
        }

        var direction = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var group in context.Inputs.Proxy.InputGroups)
        {
            using var curvature = new StoredCurvature(context, group);
            foreach (var layer in curvature.Layers)
            {
                using var part = NewDisposeScope();
                direction.Add(layer, curvature.Precondition(layer, gradient.Sums[layer]).Direction.MoveToOuterDisposeScope());
            }
        }

        return direction;
    }

    private static (IReadOnlyList<QueryInfluence> Nearest, double Mean) Search(RunContext context, PreparedQueries queries, TokenScorer scorer, int count, TokenizerFile? tokenizer)
    {
        var nearest = new PriorityQueue<long, (double Influence, long Earlier)>();
        var sum = 0.0;
        var index = 0L;
        foreach (var batch in ShardBatches.OfQueries(context, context.Work, queries))
        {
            using var part = NewDisposeScope();
            foreach (var influence in scorer.Score(batch).sum(1L, type: ScalarType.Float64).cpu().data<double>())
            {
                sum += influence;
                nearest.Enqueue(index, (influence, -index));
                index++;
                if (nearest.Count > count)
                {
                    nearest.Dequeue();
                }
            }
        }

        using var file = CorpusShardFile.Open(context.Store.Fetch(queries.Artifact));
        return ([.. nearest.UnorderedItems.OrderByDescending(item => item.Priority).Select(item => Describe(file, item.Element, item.Priority.Influence, tokenizer))], sum / Math.Max(1, index));
    }

    private static QueryInfluence Describe(CorpusShardFile file, long index, double influence, TokenizerFile? tokenizer)
    {
        int[] ids = new int[file.Length], labels = new int[file.Length];
        var attention = new byte[file.Length];
        file.InputIds(index, ids);
        file.Labels(index, labels);
        file.AttentionMask(index, attention);
        string Text(bool withLoss) => string.Concat(Words([.. ids.Where((_, place) => attention[place] != 0 && labels[place] != (int)Numerics.TokenBatch.NoLabel == withLoss)], tokenizer));
        return new QueryInfluence(index, influence, Text(false), Text(true));
    }

    private static string Words(int[] ids, TokenizerFile? tokenizer) => tokenizer?.Decode(ids) ?? string.Join(' ', ids.Select(id => $"#{id}"));
}
