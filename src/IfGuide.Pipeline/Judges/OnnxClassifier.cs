using System.Globalization;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Tokenizers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace IfGuide.Pipeline.Judges;

/// <summary>A sequence classifier in ONNX form, such as an export of Detoxify or of ToxiGen-RoBERTa; runs on the CPU.</summary>
/// <remarks>
/// Inputs <c>input_ids</c>, <c>attention_mask</c> and <c>token_type_ids</c> (int64, [texts, tokens]), of which the first must be there; one output of logits [texts, labels].
/// Texts of equal length are rated together, so nothing is padded and no rating depends on another text.
/// </remarks>
public sealed class OnnxClassifier : IToxicityClassifier, IDisposable
{
    private const int Longest = 512;
    private const int Batch = 32;
    private static readonly string[] KnownInputs = ["input_ids", "attention_mask", "token_type_ids"];
    private static readonly string[] ToxicLabels = ["toxicity", "toxic"];

    private readonly InferenceSession session;
    private readonly ClassifierTokenizer tokenizer;
    private readonly string output;
    private readonly int label;
    private readonly OnnxActivation activation;

    private OnnxClassifier(InferenceSession session, ClassifierTokenizer tokenizer, string output, int label, OnnxActivation activation) =>
        (this.session, this.tokenizer, this.output, this.label, this.activation) = (session, tokenizer, output, label, activation);

    /// <inheritdoc/>
    public string Name => "onnx";

    /// <summary>Opens a classifier.</summary>
    /// <param name="model">The .onnx file, its weights inside.</param>
    /// <param name="tokenizer">The tokenizer.json that belongs to it.</param>
    /// <param name="labels">Names of its outputs in order (id2label of config.json); empty: unknown.</param>
    /// <param name="choice">Which output tells toxicity: a name or an index. Null: <c>toxicity</c> or <c>toxic</c> by name, the second of two, the only one.</param>
    /// <param name="activation">What makes a probability of its logits. Null: softmax over two, sigmoid otherwise.</param>
    /// <exception cref="UserErrorException">The file is no such classifier, or the output cannot be told; the message says what was found.</exception>
    public static OnnxClassifier Open(string model, string tokenizer, IReadOnlyList<string> labels, string? choice = null, OnnxActivation? activation = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var read = ClassifierTokenizer.Load(tokenizer);
        var session = Session(model);
        try
        {
            var unknown = session.InputMetadata.Keys.Except(KnownInputs).ToArray();
            if (unknown.Length > 0 || !session.InputMetadata.ContainsKey(KnownInputs[0]))
            {
                throw new UserErrorException($"The classifier '{model}' has the inputs {string.Join(", ", session.InputMetadata.Keys)}; expected input_ids, with or without attention_mask and token_type_ids. Export it as a sequence classifier.");
            }

            var output = session.OutputMetadata.ContainsKey("logits") ? "logits" : session.OutputMetadata.Keys.First();
            var shape = session.OutputMetadata[output].Dimensions;
            if (shape.Length != 2 || session.OutputMetadata[output].ElementType != typeof(float))
            {
                throw new UserErrorException($"The classifier '{model}' gives '{output}' of {shape.Length} dimensions; expected float32 logits [texts, labels]. Export it as a sequence classifier.");
            }

            var count = shape[1] > 0 ? shape[1] : labels.Count > 0 ? labels.Count
                : throw new UserErrorException($"The classifier '{model}' does not tell how many labels it has: put its config.json (with id2label) beside it.");
            var chosen = activation ?? (count == 2 ? OnnxActivation.Softmax : OnnxActivation.Sigmoid);
            return new OnnxClassifier(session, read, output, Label(model, count, labels, choice), chosen);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public double Toxicity(string text) => Rate([text])[0];

    /// <inheritdoc/>
    public IReadOnlyList<double> Rate(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var encoded = texts.Select(text => tokenizer.Encode(text, Longest)).ToArray();
        var ratings = new double[texts.Count];
        foreach (var alike in Enumerable.Range(0, texts.Count).GroupBy(index => encoded[index].Length))
        {
            foreach (var rows in alike.Chunk(Batch))
            {
                Rate(encoded, rows, alike.Key, ratings);
            }
        }

        return ratings;
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => session.Dispose();

    private void Rate(int[][] encoded, int[] rows, int length, double[] ratings)
    {
        DenseTensor<long> Filled(Func<int, int, long> value)
        {
            var tensor = new DenseTensor<long>([rows.Length, length]);
            for (var row = 0; row < rows.Length; row++)
            {
                for (var token = 0; token < length; token++)
                {
                    tensor[row, token] = value(rows[row], token);
                }
            }

            return tensor;
        }

        var inputs = session.InputMetadata.Keys.Select(name => NamedOnnxValue.CreateFromTensor(name, name switch
        {
            "input_ids" => Filled((row, token) => encoded[row][token]),
            "attention_mask" => Filled((_, _) => 1),
            _ => Filled((_, _) => 0),
        })).ToArray();
        using var results = session.Run(inputs, [output]);
        var logits = results[0].AsTensor<float>();
        for (var row = 0; row < rows.Length; row++)
        {
            var values = Enumerable.Range(0, logits.Dimensions[1]).Select(column => (double)logits[row, column]).ToArray();
            ratings[rows[row]] = Probability(values);
        }
    }

    private double Probability(double[] logits) => activation switch
    {
        OnnxActivation.Softmax => 1 / logits.Sum(logit => Math.Exp(logit - logits[label])),
        OnnxActivation.Sigmoid => 1 / (1 + Math.Exp(-logits[label])),
        _ => Math.Clamp(logits[label], 0, 1),
    };

    private static int Label(string model, int count, IReadOnlyList<string> labels, string? choice)
    {
        int ByName(string name) => labels.Select((label, index) => (label, index)).Where(entry => string.Equals(entry.label, name, StringComparison.OrdinalIgnoreCase)).Select(entry => entry.index + 1).FirstOrDefault() - 1;
        var known = labels.Count > 0 ? string.Join(", ", labels) : $"no names (0 to {count - 1})";
        if (choice is not null)
        {
            var index = int.TryParse(choice, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : ByName(choice);
            return index >= 0 && index < count ? index : throw new UserErrorException($"evaluation.classifier.output is '{choice}', but the classifier '{model}' has {count} outputs with {known}. Name one of them, or its index.");
        }

        var found = ToxicLabels.Select(ByName).FirstOrDefault(index => index >= 0, -1);
        return found >= 0 && found < count ? found
            : count <= 2 ? count - 1
            : throw new UserErrorException($"The classifier '{model}' has {count} outputs with {known}, and none is named toxicity or toxic. Choose one with evaluation.classifier.output.");
    }

    private static InferenceSession Session(string model)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        try
        {
            return new InferenceSession(model, options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new UserErrorException($"The classifier '{model}' cannot be loaded: {exception.Message.ReplaceLineEndings(" ").TrimEnd('.')}. Export it again, as one file with its weights inside.", exception);
        }
    }
}
