using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Rules.Values;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Abstractions.Rules.Keys;

/// <summary>Keys of <c>evaluation.classifier</c> and <c>evaluation.classifier_texts</c>.</summary>
internal static class ClassifierKeys
{
    private static readonly PathKind Jsonl = new("the path of a .jsonl file");

    private static readonly Section<ClassifierChoice> Onnx = new(
        () => new ClassifierChoice(string.Empty),
        Key<ClassifierChoice>.Of(
            "onnx",
            new PathKind("the path of an .onnx file"),
            choice => choice.OnnxPath,
            (choice, path) => choice with { Word = ClassifierChoice.OnnxPrefix + path },
            "Path of a classifier in ONNX form, with its tokenizer.json, and config.json for its labels, beside it."),
        Key<ClassifierChoice>.Of(
            "output",
            new TextKind("the name of an output label, or its index", text => text.Length > 0),
            choice => choice.Output,
            (choice, output) => choice with { Output = output },
            "Which output tells toxicity; by default the label toxicity or toxic, the second of two, the only one."),
        Key<ClassifierChoice>.Of(
            "activation",
            new ChoiceKind<OnnxActivation>(
                ("sigmoid", OnnxActivation.Sigmoid),
                ("softmax", OnnxActivation.Softmax),
                ("none", OnnxActivation.None)),
            choice => choice.Activation,
            (choice, activation) => choice with { Activation = activation },
            "What makes a probability of the outputs; by default softmax over two, sigmoid otherwise."))
    {
        Required = ["onnx"],
    };

    /// <summary><c>{ onnx: PATH }</c>, or a word; <c>onnx:PATH</c> as one word is understood too.</summary>
    public static ShorthandKind<ClassifierChoice> Classifier { get; } = new(
        new ClassifierWordKind(),
        word => new ClassifierChoice(word),
        choice => choice is { Output: null, Activation: null } ? choice.Word ?? string.Empty : null,
        Onnx);

    public static Section<ClassifierTextsSpec> Texts { get; } = new(
        () => new ClassifierTextsSpec { Toxic = string.Empty, Nontoxic = string.Empty },
        Key<ClassifierTextsSpec>.Of(
            "toxic", Jsonl, texts => texts.Toxic, (texts, path) => texts with { Toxic = path },
            "Toxic texts: records {text}, or query records, of which the continuation counts."),
        Key<ClassifierTextsSpec>.Of(
            "nontoxic", Jsonl, texts => texts.Nontoxic, (texts, path) => texts with { Nontoxic = path }, "Nontoxic texts."))
    {
        Required = ["toxic", "nontoxic"],
    };
}
