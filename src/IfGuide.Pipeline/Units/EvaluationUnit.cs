using IfGuide.Numerics.Evaluation;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Records;
using IfGuide.Storage.Prompts;
using IfGuide.Storage.Tokenizers;
using MessagePack;
using static TorchSharp.torch;
using Estimate = IfGuide.Pipeline.Records.Estimate;

namespace IfGuide.Pipeline.Units;

/// <summary>Toxicity and fluency of one trained model.</summary>
internal static class EvaluationUnit
{
    public static void Run(UnitContext context)
    {
        using var scope = NewDisposeScope();
        var target = context.Inputs.Target!;
        using var model = context.Session.Load(context.Store, target.Configuration, context.Names.TrainedWeights(context.Unit.Name));
        var tokenizer = TokenizerFile.Load(context.Store.Fetch(context.Inputs.Tokenizer!));
        var (toxicity, examples) = context.Inputs.Prompts is null ? ([], []) : ToxicityMeasurement.Measure(context, model, tokenizer);
        var record = new EvaluationRecord
        {
            Variant = context.Unit.Name,
            Perplexity = Perplexity(context, model, tokenizer),
            LastToken = LastToken(context, model, tokenizer),
            Toxicity = toxicity,
            Examples = examples,
            ToxicQueryLoss = QueryLoss(context, model, context.Inputs.Toxic),
            NontoxicQueryLoss = QueryLoss(context, model, context.Inputs.Nontoxic),
        };
        context.Store.Put(context.Unit.Artifact, stream => MessagePackSerializer.Serialize(stream, record));
    }

    public static Estimate Of(Numerics.Evaluation.Estimate estimate) => new() { Value = estimate.Value, Low = estimate.Low, High = estimate.High };

    /// <summary>exp of the mean loss over blocks of held-out text, packed like the corpus; the interval resamples blocks.</summary>
    private static Estimate? Perplexity(UnitContext context, CausalLanguageModel model, TokenizerFile tokenizer)
    {
        if (context.Inputs.Perplexity is not { } artifact)
        {
            return null;
        }

        var tokens = HeldOutText.Read(context.Store.Fetch(artifact)).SelectMany(text => tokenizer.Encode(text).Append(tokenizer.EndOfTextToken)).Select(token => (long)token).ToArray();
        var length = (int)Math.Min(context.Inputs.SequenceLength, tokens.LongLength);
        var losses = new List<double>();
        using var head = new NextTokenHead(model.Unembedding);
        using var gradients = no_grad();
        var rows = Math.Max(1, context.Session.BatchTokens / length);
        foreach (var blocks in tokens.Chunk(length).Where(block => block.Length == length).Chunk(rows))
        {
            using var part = NewDisposeScope();
            var ids = tensor(blocks.SelectMany(block => block).ToArray()).reshape(blocks.Length, length).to(context.Session.Device);
            var sums = head.TokenLosses(model.Hidden(ids, null, ForwardPass.Plain).Value, ids).to_type(ScalarType.Float64).sum(1L).cpu();
            losses.AddRange(sums.data<double>().ToArray().Select(sum => sum / (length - 1)));
            context.Report("tokens", losses.Count * (long)length, tokens.LongLength);
        }

        var mean = Bootstrap.Mean(losses.ToArray(), context.Specification.Seed);
        return new Estimate { Value = Math.Exp(mean.Value), Low = Math.Exp(mean.Low), High = Math.Exp(mean.High) };
    }

    private static Estimate? LastToken(UnitContext context, CausalLanguageModel model, TokenizerFile tokenizer)
    {
        if (context.Inputs.LastWord is not { } artifact)
        {
            return null;
        }

        var correct = new List<double>();
        var longest = (int)Math.Min(model.Configuration.MaximumPositions, int.MaxValue);
        foreach (var record in LastWordReader.Read(context.Store.Fetch(artifact)))
        {
            using var part = NewDisposeScope();
            context.CancellationToken.ThrowIfCancellationRequested();
            var tokens = tokenizer.Encode(record.Text);
            var kept = tokens.Skip(Math.Max(0, tokens.Length - longest)).Select(token => (long)token).ToArray();
            if (kept.Length > 1)
            {
                correct.Add(LastTokenAccuracy.Of(model, tensor(kept).reshape(1, kept.Length).to(context.Session.Device), null).Share);
            }
        }

        return correct.Count == 0 ? null : Of(Bootstrap.Mean(correct.ToArray(), context.Specification.Seed));
    }

    /// <summary>Mean loss per continuation token of a query set.</summary>
    private static double QueryLoss(UnitContext context, CausalLanguageModel model, PreparedQueries queries)
    {
        var total = default(TextLoss);
        foreach (var batch in ShardBatches.OfQueries(context, queries))
        {
            total += TextLoss.Of(model, batch);
        }

        return total.Loss / total.Tokens;
    }
}
