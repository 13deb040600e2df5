using Microsoft.ML;
using Microsoft.ML.Data;

namespace IfGuide.Pipeline.Judges;

/// <summary>Logistic regression on word and character n-grams, trained on the run's own query continuations.</summary>
/// <remarks>It sees the queries and nothing of the corpus or of the evaluation prompts. Its scale is its own: compare models under it, not papers.</remarks>
public sealed class LinearClassifier : IToxicityClassifier
{
    private readonly PredictionEngine<LabelledText, Prediction> engine;

    private LinearClassifier(PredictionEngine<LabelledText, Prediction> engine) => this.engine = engine;

    /// <inheritdoc/>
    public string Name => "linear";

    /// <summary>Trains the classifier; the same texts give the same classifier.</summary>
    /// <param name="toxic">Toxic continuations.</param>
    /// <param name="clean">Clean continuations.</param>
    /// <exception cref="ArgumentException">One of the two is empty.</exception>
    public static LinearClassifier Train(IReadOnlyCollection<string> toxic, IReadOnlyCollection<string> clean)
    {
        if (toxic.Count == 0 || clean.Count == 0)
        {
            throw new ArgumentException("The linear classifier needs toxic and clean continuations: give query sets as text, or choose the lexicon.");
        }

        var context = new MLContext(seed: 1);
        var data = context.Data.LoadFromEnumerable(
            toxic.Select(text => new LabelledText { Label = true, Text = text })
                .Concat(clean.Select(text => new LabelledText { Label = false, Text = text })));
        var trainer = context.BinaryClassification.Trainers.LbfgsLogisticRegression(new()
        {
            L2Regularization = 0.1f,
            L1Regularization = 0,
            NumberOfThreads = 1,
        });
        var model = context.Transforms.Text.FeaturizeText("Features", nameof(LabelledText.Text)).Append(trainer).Fit(data);
        return new LinearClassifier(context.Model.CreatePredictionEngine<LabelledText, Prediction>(model));
    }

    /// <inheritdoc/>
    public double Toxicity(string text) => engine.Predict(new LabelledText { Text = text }).Probability;

    private sealed class LabelledText
    {
        public bool Label { get; set; }

        public string Text { get; set; } = string.Empty;
    }

    private sealed class Prediction
    {
        [ColumnName("Probability")]
        public float Probability { get; set; }
    }
}
