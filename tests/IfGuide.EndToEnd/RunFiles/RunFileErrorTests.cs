using IfGuide.Abstractions;
using IfGuide.Client.RunFiles;

namespace IfGuide.EndToEnd.RunFiles;

public sealed class RunFileErrorTests : RunFileFixture
{
    [Theory]
    [InlineData("selection: { quantil: 0.9 }", "'selection.quantil'; did you mean 'selection.quantile'?")]
    [InlineData("selection: { widnow: 2 }", "did you mean 'selection.window'?")]
    [InlineData("quantile: 0.9", "did you mean 'selection.quantile'?")]
    [InlineData("corpora: {}", "unknown key 'corpora'; did you mean 'corpus'?")]
    [InlineData("block: 128", "did you mean 'corpus.block'?")]
    [InlineData("<<: { seed: 1 }", "unknown key '<<'")]
    public void UnknownKey_NamesTheNearest(string line, string expected)
    {
        var message = Refusal($"{Shortest}\n{line}");
        Assert.StartsWith("4: unknown key '", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void WholeDocumentsByScoresOfTheReferencesIndex_AreRefused() =>
        Assert.StartsWith("5: 'selection' has unit 'document', which sums scores at their labels, but 'scores.kind' is reference", Refusal($"{Shortest}\nscores: {{ kind: reference }}\nselection: {{ unit: document }}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("{ pii: a.jsonl }", "", "3: 'queries.pii' is 'a.jsonl'; expected a mapping with the keys toxic, nontoxic.")]
    [InlineData("{ pii: { toxic: a } }", "", "3: 'queries.pii.nontoxic' is missing")]
    [InlineData("{ pii: { toxic: a, nontxic: b } }", "", "3: unknown key 'queries.pii.nontxic'; did you mean 'queries.pii.nontoxic'?")]
    [InlineData("{ PII: { toxic: a, nontoxic: b } }", "", "3: 'queries.PII' is no name of a behaviour; expected 1 to 31 characters of a-z")]
    [InlineData("{ a.b: { toxic: a, nontoxic: b } }", "", "3: 'queries.a.b' is no name of a behaviour")]
    [InlineData("{ toxic: a, nontoxic: b, pii: { toxic: a, nontoxic: b } }", "", "3: 'queries' holds the behaviour 'pii' beside a pair without a name")]
    [InlineData("{ max_length: 9 }", "", "3: 'queries.toxic' is missing")]
    [InlineData("[a, b]", "", "3: 'queries' is a list of 2; expected a mapping")]
    [InlineData("{ pii: { toxic: a, nontoxic: b } }", "selection: { behaviours: { pi: { window: 0 } } }", "4: 'selection' has parameters for the behaviour 'pi', which 'queries' does not have; did you mean 'pii'? Behaviours: pii.")]
    [InlineData("{ toxic: a, nontoxic: b }", "selection: { behaviours: { pii: { window: 0 } } }", "4: 'selection' has parameters for the behaviour 'pii', but 'queries' names no behaviours")]
    [InlineData("{ pii: { toxic: a, nontoxic: b } }", "selection: { behaviours: { pii: { window: -1 } } }", "4: 'selection.behaviours.pii.window' is '-1'; expected a whole number")]
    [InlineData("{ pii: { toxic: a, nontoxic: b } }", "selection: { behaviours: {} }", "4: 'selection.behaviours' is a mapping; expected a mapping from names of behaviours")]
    public void WrongBehaviours_SayWhatWasFoundAndExpected(string queries, string line, string expected) =>
        Assert.StartsWith(expected, Refusal($"proxy: {{ path: ./pythia }}\ncorpus: {{ path: ./corpus.jsonl }}\nqueries: {queries}\n{line}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("selection: { quantile: 1 }", "'selection.quantile' is '1'; expected a number above 0 and below 1.")]
    [InlineData("selection: { quantile: high }", "'selection.quantile' is 'high'; expected a number")]
    [InlineData("selection: { quantile: \"0.9\" }", "'selection.quantile' is '0.9'; expected a number")]
    [InlineData("selection: { quantile: .nan }", "expected a number")]
    [InlineData("selection: { window: -1 }", "expected a whole number from 0")]
    [InlineData("selection: { window: 1.5 }", "'selection.window' is '1.5'; expected a whole number")]
    [InlineData("selection: { budget: 0% }", "expected a share such as 2%")]
    [InlineData("selection: { budget: 101% }", "expected a share such as 2%")]
    [InlineData("selection: { budget: -5 }", "expected a share such as 2%")]
    [InlineData("selection: [0.99]", "'selection' is a list of 1; expected a mapping with the keys quantile, window, budget, behaviours, unit.")]
    [InlineData("selection:", "'selection' is empty; expected a mapping")]
    [InlineData("seed: -1", "'seed' is '-1'; expected a whole number of at least 0.")]
    [InlineData("seed: 99999999999999999999", "expected a whole number")]
    [InlineData("run: Some Run", "'run' is 'Some Run'; expected 1 to 63 characters")]
    [InlineData("factors: { strategy: efkac }", "expected ekfac, kfac, diagonal or identity.")]
    [InlineData("factors: { damping: 0 }", "'factors.damping' is '0'; expected auto or a number above 0.")]
    [InlineData("factors: { sequences: 0 }", "expected all or a whole number of at least 1.")]
    [InlineData("scores: { kind: { token: 1 } }", "'scores.kind' is a mapping; expected token, position or reference.")]
    [InlineData("training: { betas: [0.9] }", "'training.betas' is a list of 1; expected two numbers")]
    [InlineData("training: { betas: [0.9, 1] }", "'training.betas' is '1'; expected a number at least 0 and below 1.")]
    [InlineData("training: { divergence: 2 }", "'training.divergence' has a meaning only beside 'validation', which is not there")]
    [InlineData("training: { local_steps: 8 }", "'training.local_steps' has a meaning only beside 'workers', which is not there")]
    [InlineData("training: { workers: 0 }", "'training.workers' is '0'; expected a whole number of at least 1")]
    [InlineData("training: { batch_size: 4, micro_batch_size: 4, workers: 5 }", "'training.workers' is 5, more than the 4 sequences of a batch that they share")]
    [InlineData("training: { workers: 2, outer_momentum: 1 }", "'training.outer_momentum' is '1'; expected a number at least 0 and below 1.")]
    [InlineData("training: { workers: 2, outer_learning_rate: 0 }", "'training.outer_learning_rate' is '0'; expected a number above 0.")]
    [InlineData("training: { normalise: tokens }", "'training.normalise' is 'tokens'; expected labels or positions")]
    [InlineData("training: { batch_size: 4, micro_batch_size: 8 }", "'training.micro_batch_size' is 8, more than the 4 sequences of a batch")]
    [InlineData("evaluation: { compare: [base, base] }", "names 'base' twice")]
    [InlineData("evaluation: { compare: [] }", "expected a list of models")]
    [InlineData("evaluation: { classifier: bert }", "expected lexicon, linear or { onnx: PATH }")]
    [InlineData("shards: many", "'shards' is 'many'; expected auto or a whole number")]
    [InlineData("suppression: { hinge_cap: 5 }", "'suppression.hinge_cap' belongs to the objective hinge")]
    [InlineData("target: { path: a, architecture: {} }", "'target.path' and 'target.architecture' exclude each other")]
    [InlineData("target: {}", "'target' has neither 'path' nor 'architecture'")]
    [InlineData("target: { architecture: { hidden_size: 100, num_attention_heads: 3 } }", "'target.architecture.hidden_size' is 100, which 3 attention heads do not divide")]
    [InlineData("target: { architecture: { hidden_size: 12, num_attention_heads: 4 } }", "an odd size")]
    [InlineData("target: { architecture: { num_key_value_heads: 2 } }", "is a key of llama")]
    public void WrongValue_SaysWhatWasFoundAndExpected(string line, string expected)
    {
        var message = Refusal($"{Shortest}\n{line}");
        Assert.StartsWith("4: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("proxy", "'proxy' is missing")]
    [InlineData("corpus", "'corpus' is missing")]
    [InlineData("queries", "'queries' is missing")]
    public void MissingSection_IsNamed(string section, string expected) =>
        Assert.Contains(expected, Refusal(string.Join('\n', Shortest.Split('\n').Where(line => !line.StartsWith(section, StringComparison.Ordinal)))), StringComparison.Ordinal);

    [Theory]
    [InlineData("toxic: ./toxic.jsonl, ", "'queries.toxic' is missing")]
    [InlineData("./nontoxic.jsonl", "'queries.nontoxic' is empty; expected the path of a .jsonl file")]
    public void HalfOfTheQueries_IsNotEnough(string removed, string expected) =>
        Assert.Contains(expected, Refusal(Shortest.Replace(removed, string.Empty, StringComparison.Ordinal)), StringComparison.Ordinal);

    [Theory]
    [InlineData("corpus: { pretokenised: { input_ids: a.npy }, block: 128 }", "'corpus.block' has a meaning only beside 'path'")]
    [InlineData("corpus: { pretokenised: { labels: a.npy } }", "'corpus.pretokenised.input_ids' is missing")]
    [InlineData("corpus: { block: 128 }", "'corpus' has neither 'path' nor 'pretokenised'")]
    [InlineData("corpus: corpus.jsonl", "'corpus' is 'corpus.jsonl'; expected a mapping")]
    public void Corpus_KeysThatDoNotGoTogether_AreRefused(string corpus, string expected) =>
        Assert.Contains(expected, Refusal(Shortest.Replace("corpus: { path: ./corpus.jsonl }", corpus, StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void ProxyTraining_BesideAPath_IsRefused() =>
        Assert.StartsWith("1: 'proxy.training' has a meaning only beside 'architecture'", Refusal(Shortest.Replace("./pythia ", "./pythia, training: {} ", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void TextWithoutTokenizer_IsRefused() =>
        Assert.Contains("'tokenizer' is missing: 'corpus' is text", Refusal(Shortest.Replace("path: ./pythia ", "architecture: {} ", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void DuplicateKey_NamesItsLine() => Assert.StartsWith("5: this is not YAML: Duplicate key seed", Refusal($"{Shortest}\nseed: 1\nseed: 2"), StringComparison.Ordinal);

    [Theory]
    [InlineData("selection: { quantile: 0.9", "this is not YAML")]
    [InlineData("evaluation:\n  classifier: onnx: a.onnx", "this is not YAML")]
    [InlineData("selection:\n\twindow: 1", "this is not YAML")]
    [InlineData("selection: *nowhere", "this is not YAML")]
    [InlineData("---\nseed: 1", "a second YAML document")]
    public void BrokenYaml_NamesALine(string lines, string expected) => Assert.Matches(@"^\d+: " + expected, Refusal($"{Shortest}\n{lines}"));

    [Fact]
    public void DeepNesting_IsRefusedBeforeItRecurses() =>
        Assert.Contains("nest deeper than 32", Refusal($"{Shortest}\nselection: {new string('[', 100_000)}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    public void EmptyFile_IsRefused(string text) => Assert.Contains("the run file is empty", Refusal(text), StringComparison.Ordinal);

    [Fact]
    public void FileNameThatIsNoId_AsksForOne() => Assert.Contains("cannot be the run's id", Refusal(Shortest, "My Run.yaml"), StringComparison.Ordinal);

    [Fact]
    public void NotUtf8_NamesTheByte()
    {
        File.WriteAllBytes(At("latin.yaml"), [.. "seed: 1 # caf"u8, 0xe9]);
        Assert.Contains("not UTF-8 (byte 13)", Assert.Throws<UserErrorException>(() => RunFile.Read(At("latin.yaml"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingFile_IsNamed() => Assert.Equal($"{At("gone.yaml")}: there is no such run file.", Assert.Throws<UserErrorException>(() => RunFile.Read(At("gone.yaml"))).Message);

    [Fact]
    public void FolderInPlaceOfAFile_IsNamed() => Assert.StartsWith(Folder + ": the run file cannot be read", Assert.Throws<UserErrorException>(() => RunFile.Read(Folder)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("compare: [base, rod]", "'evaluation.compare'")]
    [InlineData("rad: { top_k: 0 }", "'evaluation.rad.top_k'")]
    [InlineData("rad: { beta: -1 }", "'evaluation.rad.beta'")]
    [InlineData("dpo: { beta: 0 }", "'evaluation.dpo.beta'")]
    [InlineData("dpo: { learning_rate: 0 }", "'evaluation.dpo.learning_rate'")]
    public void Baselines_NameTheKeyThatIsWrong(string line, string named) =>
        Assert.Contains(named, Refusal($"{Shortest}\nevaluation: {{ {line} }}"), StringComparison.Ordinal);
}
