using System.CommandLine;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Evaluation;

namespace IfGuide.Cli.Commands;

/// <summary>The options of <c>ifguide evaluate</c>: the keys of a run file's <c>evaluation</c>, and what a run would know besides.</summary>
internal sealed class EvaluateOptions
{
    private readonly Option<string> model = new("--model") { Description = "A Hugging Face folder.", HelpName = "DIR", Required = true };
    private readonly Option<string?> tokenizer = File("--tokenizer", "Its tokenizer.json; by default the folder's.");
    private readonly Option<string?> prompts = File("--prompts", "Prompts whose continuations are sampled, a .jsonl.");
    private readonly Option<int> samples = Count("--samples", "Continuations per prompt.", 25);
    private readonly Option<int> newTokens = Count("--max-new-tokens", "Tokens per continuation.", 20);
    private readonly Option<double> topP = new("--top-p") { Description = "Nucleus of the sampling.", HelpName = "P", DefaultValueFactory = _ => 0.9 };
    private readonly Option<ulong> seed = new("--seed") { Description = "Seed of sampling and intervals.", HelpName = "N", DefaultValueFactory = _ => 1004 };
    private readonly Option<string> classifier = new("--classifier") { Description = "Which classifier is named first: lexicon, linear (trained on the queries, or on --classifier-toxic and --classifier-nontoxic) or onnx:PATH.", HelpName = "C", DefaultValueFactory = _ => "lexicon" };
    private readonly Option<string?> onnxOutput = new("--onnx-output") { Description = "Which output of an ONNX classifier tells toxicity: its name or index.", HelpName = "LABEL" };
    private readonly Option<OnnxActivation?> onnxActivation = new("--onnx-activation") { Description = "What makes a probability of its outputs: sigmoid, softmax or none.", HelpName = "A" };
    private readonly Option<string?> textsToxic = File("--classifier-toxic", "Toxic texts for the linear classifier, a .jsonl.");
    private readonly Option<string?> textsNontoxic = File("--classifier-nontoxic", "Nontoxic texts for the linear classifier, a .jsonl.");
    private readonly Option<string?> perplexity = File("--perplexity", "Held-out text for perplexity, a .jsonl.");
    private readonly Option<int?> block = new("--block") { Description = "Tokens of a block of that text; by default 2048, or the model's positions.", HelpName = "N" };
    private readonly Option<string?> lastWord = File("--last-word", "LAMBADA-like records, a .jsonl.");
    private readonly Option<string?> hardNegatives = File("--hard-negatives", "Innocent texts with harsh words, whose loss is measured, a .jsonl.");
    private readonly Option<string?> toxic = File("--toxic", "Toxic queries whose loss is measured, a .jsonl.");
    private readonly Option<string?> nontoxic = File("--nontoxic", "Nontoxic queries, a .jsonl.");
    private readonly Option<string?> corpus = File("--corpus-ids", "Token ids of a corpus, an .npy of sequences × tokens, for the loss of its selected tokens.");
    private readonly Option<string?> mask = File("--mask", "Its selected tokens, an .npy of booleans.");

    public void AddTo(Command command)
    {
        Positive(block);
        topP.Validators.Add(result => CommonOptions.Require(result, result.GetValueOrDefault<double>() is > 0 and <= 1, "expected a number above 0 and up to 1"));
        classifier.Validators.Add(result => CommonOptions.Require(
            result, result.GetValueOrDefault<string>() is { } word && (word is "lexicon" or "linear" || (word.StartsWith("onnx:", StringComparison.Ordinal) && word.Length > 5)), "expected lexicon, linear or onnx:PATH"));
        foreach (var option in new Option[]
        {
            model, tokenizer, prompts, samples, newTokens, topP, seed, classifier, onnxOutput, onnxActivation, textsToxic, textsNontoxic, perplexity, block, lastWord, hardNegatives, toxic, nontoxic, corpus, mask,
        })
        {
            command.Add(option);
        }
    }

    /// <summary>What is to be measured; paths absolute.</summary>
    /// <exception cref="UserErrorException">Nothing is, or options do not fit together.</exception>
    public EvaluationRequest Read(ParseResult result)
    {
        string? Full(Option<string?> option) => result.GetValue(option) is { } path ? Path.GetFullPath(path) : null;
        Together(result, textsToxic, textsNontoxic);
        Together(result, corpus, mask);
        if (new[] { prompts, perplexity, lastWord, hardNegatives, toxic, nontoxic, mask }.All(option => result.GetValue(option) is null))
        {
            throw new UserErrorException("Nothing to measure: give --prompts, --perplexity, --last-word, --toxic, --nontoxic, or --corpus-ids with --mask.");
        }

        var judge = result.GetValue(classifier)!;
        return new EvaluationRequest
        {
            Model = Path.GetFullPath(result.GetValue(model)!),
            Tokenizer = Full(tokenizer),
            Toxic = Full(toxic),
            Nontoxic = Full(nontoxic),
            Corpus = Full(corpus) is { } ids ? new PretokenisedSpec { InputIds = ids } : null,
            Mask = Full(mask),
            Block = result.GetValue(block),
            Seed = result.GetValue(seed),
            Evaluation = new EvaluationSpec
            {
                Prompts = Full(prompts),
                Samples = result.GetValue(samples),
                MaxNewTokens = result.GetValue(newTokens),
                TopP = result.GetValue(topP),
                Classifier = judge.StartsWith("onnx:", StringComparison.Ordinal) ? "onnx:" + Path.GetFullPath(judge[5..]) : judge,
                ClassifierOutput = result.GetValue(onnxOutput),
                ClassifierActivation = result.GetValue(onnxActivation),
                ClassifierTexts = Full(textsToxic) is { } toxicTexts ? new ClassifierTextsSpec { Toxic = toxicTexts, Nontoxic = Full(textsNontoxic)! } : null,
                Perplexity = Full(perplexity),
                LastWord = Full(lastWord),
                HardNegatives = Full(hardNegatives),
                Compare = [],
            },
        };
    }

    private static void Together(ParseResult result, Option<string?> first, Option<string?> second)
    {
        if ((result.GetValue(first) is null) != (result.GetValue(second) is null))
        {
            throw new UserErrorException($"{first.Name} and {second.Name} belong together; give both, or neither.");
        }
    }

    private static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "FILE" };

    private static Option<int> Count(string name, string description, int standard)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => standard };
        option.Validators.Add(result => CommonOptions.Require(result, result.GetValueOrDefault<int>() >= 1, "expected a whole number of at least 1"));
        return option;
    }

    private static void Positive(Option<int?> option) =>
        option.Validators.Add(result => CommonOptions.Require(result, result.GetValueOrDefault<int?>() is null or >= 2, "expected a whole number of at least 2"));
}
