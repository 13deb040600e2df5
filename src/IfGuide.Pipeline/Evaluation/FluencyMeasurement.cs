using IfGuide.Numerics.Evaluation;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Pipeline.Records;
using IfGuide.Storage.Prompts;
using IfGuide.Storage.Tokenizers;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Evaluation;

/// <summary>How well a model still speaks: perplexity of held-out text, in float32, and last words.</summary>
internal static class FluencyMeasurement
{
    /// <summary>exp of the mean loss over blocks of held-out text, packed like the corpus; the interval resamples blocks. Null: no text was given.</summary>
    public static Estimate? Perplexity(EvaluationContext context, CausalLanguageModel model, TokenizerFile tokenizer)
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
            context.Work.Report("tokens", losses.Count * (long)length, tokens.LongLength);
        }

        var mean = Bootstrap.EstimateMean(losses.ToArray(), context.Seed);
        return new Estimate { Value = Math.Exp(mean.Value), Low = Math.Exp(mean.Low), High = Math.Exp(mean.High) };
    }

    /// <summary>Shares of records whose last token is the likeliest, and whose whole last word greedy decoding says. Null: no records were given, or none fits the model.</summary>
    public static (Estimate Token, Estimate Word)? LastWords(EvaluationContext context, CausalLanguageModel model, TokenizerFile tokenizer)
    {
        if (context.Inputs.LastWord is not { } artifact)
        {
            return null;
        }

        var longest = (int)Math.Min(model.Configuration.MaximumPositions, int.MaxValue);
        var records = LastWordReader.Read(context.Store.Fetch(artifact)).Select(record => record.Encode(tokenizer).KeepEnd(longest)).ToArray();
        var matches = new LastWordMatch?[records.Length];
        foreach (var alike in Enumerable.Range(0, records.Length).Where(index => records[index].WordTokens >= 1 && records[index].WordTokens < records[index].Tokens.Length)
            .GroupBy(index => (records[index].Tokens.Length, records[index].WordTokens)))
        {
            foreach (var rows in alike.Chunk(Math.Max(1, context.Session.BatchTokens / alike.Key.Length)))
            {
                using var part = NewDisposeScope();
                context.CancellationToken.ThrowIfCancellationRequested();
                var ids = tensor(rows.SelectMany(row => records[row].Tokens).Select(token => (long)token).ToArray()).reshape(rows.Length, alike.Key.Length);
                foreach (var (row, match) in rows.Zip(LastWordMatch.Measure(model, ids.to(context.Session.Device), alike.Key.WordTokens)))
                {
                    matches[row] = match;
                }
            }
        }

        var measured = matches.OfType<LastWordMatch>().ToArray();
        Estimate Share(Func<LastWordMatch, bool> hit) => EvaluateStage.Of(Bootstrap.EstimateMean([.. measured.Select(match => hit(match) ? 1.0 : 0.0)], context.Seed));
        return measured.Length == 0 ? null : (Share(match => match.LastToken), Share(match => match.Word));
    }
}
