using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Judges;
using IfGuide.Tests.Shared;

namespace IfGuide.Pipeline.Tests.Judges;

public sealed class OnnxClassifierTests : IDisposable
{
    // Token ids of the WordPiece tokenizer below.
    private static readonly string[] Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "you", "kind", "fool", "##ish", "."];
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Ratings_AreTheActivationOfTheChosenLogit_OfTheTokensThatStandThere()
    {
        // Detoxify's form: several outputs, a sigmoid each, toxicity by name.
        using var sigmoid = Open(["obscene", "toxicity", "threat"]);
        Assert.Equal("onnx", sigmoid.Name);
        AssertClose(Sigmoid(Logit(1, "[CLS]", "you", "fool", "##ish", ".", "[SEP]")), sigmoid.Toxicity("You foolish."));
        AssertClose(Sigmoid(Logit(1, "[CLS]", "you", "[UNK]", "[SEP]")), sigmoid.Toxicity("you xyzzy"));
        using var named = Open(["a", "b", "c"], "C", OnnxActivation.None);
        AssertClose(Math.Clamp(Logit(2, "[CLS]", "kind", "[SEP]"), 0, 1), named.Toxicity("kind"));

        // ToxiGen-RoBERTa's form: two outputs, softmax, the second.
        using var two = Open([], columns: 2);
        var (first, second) = (Logit(0, "[CLS]", "you", "[SEP]"), Logit(1, "[CLS]", "you", "[SEP]"));
        AssertClose(Math.Exp(second) / (Math.Exp(first) + Math.Exp(second)), two.Toxicity("YOU"));
    }

    [Fact]
    public void Ratings_DependOnNoOtherText()
    {
        using var classifier = Open(["toxicity", "x", "y"]);
        string[] texts = ["you fool", "", "kind", "you foolish fool.", "kind fool", "you fool"];
        Assert.Equal(texts.Select(classifier.Toxicity), classifier.Rate(texts));
    }

    [Fact]
    public void WhatCannotBeUsed_IsExplained()
    {
        Assert.Contains("none is named toxicity or toxic", Refused(() => Open(["a", "b", "c"])), StringComparison.Ordinal);
        Assert.Contains("evaluation.classifier.output is 'rude'", Refused(() => Open(["a", "b", "c"], "rude")), StringComparison.Ordinal);
        Assert.Contains("expected input_ids", Refused(() => Open(["toxicity", "b", "c"], extra: "pixel_values")), StringComparison.Ordinal);
        File.WriteAllText(folder.File("bad.onnx"), "no model");
        Assert.Contains("cannot be loaded", Refused(() => OnnxClassifier.Open(folder.File("bad.onnx"), Tokenizer(), [])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARunThatNamesIt_ShowsItFirst_AndNeverAlone()
    {
        var run = TinyRun.Create(folder.Path);
        await File.WriteAllBytesAsync(folder.File("judge.onnx"), OnnxFile.Create(Table(3)));
        await File.WriteAllTextAsync(folder.File("config.json"), """{"id2label": {"0": "threat", "1": "toxicity", "2": "insult"}}""");
        Tokenizer();
        var store = new Storage.Artifacts.LocalArtifactStore(folder.File("store"));
        var names = new LocalRun(store).Execute(run with { Evaluation = run.Evaluation! with { Classifier = "onnx:" + folder.File("judge.onnx"), Compare = ["base"] } });
        var record = MessagePack.MessagePackSerializer.Deserialize<Records.EvaluationRecord>(await File.ReadAllBytesAsync(await store.FetchAsync(names.Evaluation("base"))));
        Assert.Equal(["onnx", "lexicon", "linear", "planted"], record.Toxicity.Select(row => row.Classifier).Distinct());
        Assert.All(record.Toxicity.Where(row => row.Classifier == "onnx"), row => Assert.InRange(row.ExpectedMaximum.Value, 1e-9, 1));
    }

    private static float[,] Table(int columns)
    {
        var table = new float[Vocabulary.Length, columns];
        for (var token = 0; token < Vocabulary.Length; token++)
        {
            for (var label = 0; label < columns; label++)
            {
                table[token, label] = Weight(token, label);
            }
        }

        return table;
    }

    private static float Weight(int token, int label) => MathF.Sin((7 * token) + (3 * label) + 1) * 0.7f;

    private static double Logit(int label, params string[] tokens) => tokens.Sum(token => (double)Weight(Array.IndexOf(Vocabulary, token), label));

    private static double Sigmoid(double logit) => 1 / (1 + Math.Exp(-logit));

    private static void AssertClose(double expected, double found) => Assert.Equal(expected, found, 1e-5);

    private static string Refused(Func<OnnxClassifier> open) => Assert.Throws<UserErrorException>(() => open().Dispose()).Message;

    private OnnxClassifier Open(string[] labels, string? choice = null, OnnxActivation? activation = null, int columns = 3, string? extra = null)
    {
        File.WriteAllBytes(folder.File("model.onnx"), OnnxFile.Create(Table(columns), extra));
        return OnnxClassifier.Open(folder.File("model.onnx"), Tokenizer(), labels, choice, activation);
    }

    private string Tokenizer()
    {
        var vocab = string.Join(", ", Vocabulary.Select((token, id) => $"\"{token}\": {id}"));
        const string json = """
            {"normalizer": {"type": "BertNormalizer", "lowercase": true, "handle_chinese_chars": true, "strip_accents": null},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "post_processor": {"type": "TemplateProcessing",
               "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
               "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "vocab": { VOCABULARY }
             }
            }
            """;
        File.WriteAllText(folder.File("tokenizer.json"), json.Replace("VOCABULARY", vocab, StringComparison.Ordinal));
        return folder.File("tokenizer.json");
    }
}
