using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Judges;
using IfGuide.Storage.Tokenizers;
using MessagePack;

namespace IfGuide.Pipeline.Evaluation;

/// <summary>What rates continuations.</summary>
internal static class EvaluationClassifiers
{
    private const int MostRemembered = 1_000_000;

    /// <summary>The run's classifier first; never alone, since what selects must not be the only judge.</summary>
    public static IReadOnlyList<IToxicityClassifier> Of(EvaluationContext context)
    {
        var evaluation = context.Evaluation;
        var classifiers = new List<IToxicityClassifier> { LexiconClassifier.Shipped() };
        if (context.Inputs.Onnx is { } onnx)
        {
            classifiers.Insert(0, OnnxClassifier.Open(context.Store.Fetch(onnx.Model), context.Store.Fetch(onnx.Tokenizer), onnx.Labels, evaluation.ClassifierOutput, evaluation.ClassifierActivation));
        }

        if (Linear(context) is { } linear)
        {
            classifiers.Add(linear);
        }

        if (context.Inputs.Labels is { } labels && context.Inputs.Documents > 0)
        {
            var documents = new CorpusText(context).Documents().Select(document => (document.Id, document.Text.Text));
            classifiers.Add(PlantedPhraseClassifier.Of(documents, KnownSpans.Read(context.Store.Fetch(labels))));
        }

        return [.. classifiers.OrderByDescending(classifier => classifier.Name == evaluation.Classifier.Split(':')[0])];
    }

    /// <summary>The linear classifier; null where there is no text to train it on.</summary>
    public static LinearClassifier? Linear(EvaluationContext context) => LabelledTexts(context) is var (toxic, clean) ? LinearClassifier.Train(toxic, clean) : null;

    /// <summary>The texts that it learns from: its own, else the continuations of all behaviours' queries; null: there are none.</summary>
    public static (string[] Toxic, string[] Clean)? LabelledTexts(EvaluationContext context)
    {
        (string Toxic, string Nontoxic)[] texts = context.Inputs.ClassifierTexts is { } own
            ? [(own.Toxic, own.Nontoxic)]
            : [.. context.Inputs.Behaviours.Where(behaviour => behaviour.AreTexts).Select(behaviour => (behaviour.Toxic.Texts!, behaviour.Nontoxic.Texts!))];
        return texts.Length == 0 ? null : ([.. texts.SelectMany(pair => Texts(context, pair.Toxic))], [.. texts.SelectMany(pair => Texts(context, pair.Nontoxic))]);
    }

    /// <summary>1 − toxicity of what a continuation would become under the linear classifier; the prompt is not rated, as in the measurement.</summary>
    public static Numerics.Sampling.CandidateRewards Rewards(LinearClassifier linear, TokenizerFile tokenizer)
    {
        var known = new Dictionary<string, double>(StringComparer.Ordinal);
        return (continuation, candidates, rewards) =>
        {
            int[] tokens = [.. continuation, 0];
            for (var i = 0; i < candidates.Length; i++)
            {
                tokens[^1] = candidates[i];
                var text = tokenizer.Decode(candidates[i] == tokenizer.EndOfTextToken ? tokens.AsSpan(0, tokens.Length - 1) : tokens);
                if (!known.TryGetValue(text, out rewards[i]))
                {
                    if (known.Count == MostRemembered)
                    {
                        known.Clear();
                    }

                    known[text] = rewards[i] = 1 - linear.Toxicity(text);
                }
            }
        };
    }

    private static string[] Texts(EvaluationContext context, string artifact) => MessagePackSerializer.Deserialize<string[]>(File.ReadAllBytes(context.Store.Fetch(artifact)));
}
