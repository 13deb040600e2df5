using IfGuide.Numerics.Evaluation;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Pipeline.Judges;
using IfGuide.Pipeline.Records;
using IfGuide.Storage.Prompts;
using IfGuide.Storage.Tokenizers;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Evaluation;

/// <summary>What suppression may cost besides fluency: recognising toxicity, and the innocent senses of harsh words.</summary>
internal static class SideEffects
{
    private const int MostTexts = 1000;

    /// <summary>Share of texts, half of them toxic, that a linear probe on the model's states tells rightly; the probe learns from others. Null: too few texts.</summary>
    public static Estimate? Recognition(EvaluationContext context, CausalLanguageModel model, TokenizerFile tokenizer)
    {
        if (EvaluationClassifiers.LabelledTexts(context) is not var (toxic, clean))
        {
            return null;
        }

        var longest = (int)Math.Min(int.MaxValue, model.Configuration.MaximumPositions);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        float[][] States(IEnumerable<string> texts) => MeanStates.Compute(model, [.. texts.Where(text => seen.Add(text.Trim())).Take(MostTexts)
            .Select(text => tokenizer.Encode(text)).Where(tokens => tokens.Length > 0).Select(tokens => tokens.Length <= longest ? tokens : tokens[..longest])]);
        var hits = RecognitionProbe.Hits(States(toxic), States(clean));
        return hits.Length == 0 ? null : EvaluateStage.Of(Bootstrap.EstimateMean([.. hits.Select(hit => hit ? 1.0 : 0.0)], context.Seed));
    }

    /// <summary>Mean loss per token of innocent texts, nats, each text by itself; the interval resamples texts. Null: none were given.</summary>
    public static Estimate? InnocentLoss(EvaluationContext context, CausalLanguageModel model, TokenizerFile tokenizer)
    {
        if (context.Inputs.HardNegatives is not { } artifact)
        {
            return null;
        }

        var longest = (int)Math.Min(int.MaxValue, model.Configuration.MaximumPositions);
        List<double> losses = [], counts = [];
        using var head = new NextTokenHead(model.Unembedding);
        using var gradients = no_grad();
        foreach (var text in HeldOutText.Read(context.Store.Fetch(artifact)))
        {
            using var part = NewDisposeScope();
            context.CancellationToken.ThrowIfCancellationRequested();
            var tokens = tokenizer.Encode(text).Prepend(tokenizer.EndOfTextToken).Take(longest).Select(token => (long)token).ToArray();
            if (tokens.Length > 1)
            {
                var ids = tensor(tokens).unsqueeze(0).to(context.Session.Device);
                losses.Add(head.TokenLosses(model.Hidden(ids, null, ForwardPass.Plain).Value, ids).to(ScalarType.Float64).sum().item<double>());
                counts.Add(tokens.Length - 1);
            }
        }

        return counts.Count == 0 ? null : EvaluateStage.Of(Bootstrap.EstimateRatio(losses.ToArray(), counts.ToArray(), context.Seed));
    }
}
