using IfGuide.Abstractions.Rules;
using IfGuide.Abstractions.Specification;

namespace IfGuide.EndToEnd.RunFiles;

public sealed class RunFileReadTests : RunFileFixture
{
    private const string Everything = """
        run: toxicity-openwebtext
        seed: 7
        proxy:
          architecture: { model_type: llama, hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, intermediate_size: 256, vocab_size: 999, rope_theta: 500000, initializer_range: 0.01, tie_word_embeddings: true }
          training: { epochs: 2, batch_size: 64, micro_batch_size: 4, learning_rate: 6e-4, warmup: 0.02, weight_decay: 0.1, betas: [0.8, 0.99], gradient_clip: 0.5, precision: bfloat16, checkpoint_every: 10, decay_vectors: false, normalise: positions, validate_every: 7 }
        tokenizer: ./tokenizer.json
        corpus: { path: ./corpus/*.jsonl.zst, format: jsonl, text: body, block: 128, packing: document }
        queries:
          toxic: { path: ./toxic.jsonl }
          nontoxic: { pretokenised: { input_ids: a.npy, labels: b.npy, attention_mask: c.npy } }
          max_length: 64
        factors: { strategy: kfac, labels: empirical, damping: 1e-8, sequences: 5000, precision: bfloat16 }
        scores: { kind: reference, normalise: token }
        selection: { quantile: 0.95, window: 2, budget: 0.5% }
        target: { path: /models/pythia-1b }
        suppression: { objective: hinge, lambda: 0.5, hinge_cap: 9 }
        training: { epochs: 3 }
        evaluation:
          prompts: ./prompts.jsonl
          samples: 5
          max_new_tokens: 10
          top_p: 0.8
          classifier: { onnx: ./judge.onnx }
          perplexity: ./valid.jsonl
          last_word: ./lambada.jsonl
          labels: ./spans.jsonl
          compare: [base, suppressed, word-filter]
        shards: 12
        """;

    [Fact]
    public void Read_Workers_AsOlderSilosMustNotPassThemOver()
    {
        var run = Read($"{Shortest}\ntraining: {{ workers: 4, local_steps: 25, outer_learning_rate: 0.5, outer_momentum: 0.8 }}");
        Assert.Equal(new TrainingSpec { Workers = 4, LocalSteps = 25, OuterLearningRate = 0.5, OuterMomentum = 0.8 }, run.Training);
        Assert.Equal(3, run.SchemaVersion);
        var one = Read($"{Shortest}\ntraining: {{ workers: 1 }}");
        Assert.Equal((new TrainingSpec(), 1), (one.Training, one.SchemaVersion));
    }

    [Fact]
    public void Read_Behaviours_InOrder_WithTheirOwnSelection()
    {
        var run = Read("""
            proxy: { path: ./pythia }
            corpus: { path: ./corpus.jsonl }
            queries: { toxicity: { toxic: ./a.jsonl, nontoxic: { path: ./b.jsonl } }, max_length: 32, pii: { toxic: ./c.jsonl, nontoxic: ./b.jsonl } }
            selection: { quantile: 0.9, window: 2, behaviours: { pii: { quantile: 0.99, budget: 0.5% } } }
            """);
        Assert.Equal((null, null, 32), (run.Queries.Toxic, run.Queries.Nontoxic, run.Queries.MaxLength));
        Assert.Equal(
            [
                new BehaviourSpec { Name = "toxicity", Toxic = new QuerySetSpec { Path = At("a.jsonl") }, Nontoxic = new QuerySetSpec { Path = At("b.jsonl") } },
                new BehaviourSpec { Name = "pii", Toxic = new QuerySetSpec { Path = At("c.jsonl") }, Nontoxic = new QuerySetSpec { Path = At("b.jsonl") } },
            ],
            run.Queries.Behaviours!);
        Assert.Equal(new SelectionSpec { Quantile = 0.9, Window = 2 }, run.Selection.For("toxicity"));
        Assert.Equal(new SelectionSpec { Quantile = 0.99, Window = 2, Budget = TokenBudget.OfShare(0.005) }, run.Selection.For("pii"));
        Assert.Equal(2, run.SchemaVersion);
        Assert.Equal(1, Read(Shortest).SchemaVersion); // older silos know all that it says
        Assert.Equal(
            ["queries.toxicity.toxic.path", "queries.toxicity.nontoxic.path", "queries.pii.toxic.path", "queries.pii.nontoxic.path"],
            NamedFiles.Of(run).Select(file => file.Key).Where(key => key.StartsWith("queries", StringComparison.Ordinal)));
    }

    [Fact]
    public void Read_NoContrastAndWholeDocuments_ThenSilosMustKnowThem_AndWhatIsAsBeforeIsUnset()
    {
        var run = Read(Shortest + "\nscores: { kind: position, contrast: false }\nselection: { unit: document, budget: 1% }\n");
        Assert.Equal(new ScoresSpec { Kind = ScoreKind.Position, Contrast = false }, run.Scores);
        Assert.Equal(new SelectionSpec { Budget = TokenBudget.OfShare(0.01), Unit = SelectedUnit.Document }, run.Selection);
        Assert.Equal(4, run.SchemaVersion);
        var same = Read(Shortest + "\nscores: { contrast: true }\nselection: { unit: token }\n");
        Assert.Equal((new ScoresSpec(), new SelectionSpec(), 1), (same.Scores, same.Selection, same.SchemaVersion));
    }

    [Fact]
    public void Read_EveryKey_ReachesTheSpecification()
    {
        var run = Read(Everything);
        Assert.Equal("toxicity-openwebtext", run.Run.ToString());
        Assert.Equal(7ul, run.Seed);
        Assert.Equal(
            new ArchitectureSpec { ModelType = "llama", HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, IntermediateSize = 256, VocabSize = 999, RotaryEmbBase = 500000, InitializerRange = 0.01, TieWordEmbeddings = true },
            run.Proxy.Architecture);
        Assert.Equal(
            new TrainingSpec { Epochs = 2, BatchSize = 64, MicroBatchSize = 4, LearningRate = 6e-4, Warmup = 0.02, WeightDecay = 0.1, Beta1 = 0.8, Beta2 = 0.99, GradientClip = 0.5, Precision = MatrixPrecision.BFloat16, CheckpointEvery = 10, DecayVectors = false, Normalise = BatchDivisor.Positions, ValidateEvery = 7 },
            run.Proxy.Training);
        Assert.Equal(At("tokenizer.json"), run.Tokenizer);
        Assert.Equal(new CorpusSpec { Path = At("corpus/*.jsonl.zst"), Format = CorpusFormat.Jsonl, Text = "body", Block = 128, Packing = Packing.Document }, run.Corpus);
        Assert.Equal(new QuerySetSpec { Path = At("toxic.jsonl") }, run.Queries.Toxic);
        Assert.Equal(new PretokenisedSpec { InputIds = At("a.npy"), Labels = At("b.npy"), AttentionMask = At("c.npy") }, run.Queries.Nontoxic!.Pretokenised);
        Assert.Equal(64, run.Queries.MaxLength);
        Assert.Equal(new FactorsSpec { Strategy = CurvatureStrategy.Kfac, Labels = CurvatureLabels.Empirical, Damping = 1e-8, Sequences = 5000, Precision = MatrixPrecision.BFloat16 }, run.Factors);
        Assert.Equal(new ScoresSpec { Kind = ScoreKind.Reference, Normalise = QueryNormalisation.Token }, run.Scores);
        Assert.Equal(new SelectionSpec { Quantile = 0.95, Window = 2, Budget = TokenBudget.OfShare(0.005) }, run.Selection);
        Assert.Equal(new ModelSpec { Path = "/models/pythia-1b" }, run.Target);
        Assert.Equal(new SuppressionSpec { Objective = SuppressionObjective.Hinge, PenaltyWeight = 0.5, HingeCap = 9 }, run.Suppression);
        Assert.Equal(new TrainingSpec { Epochs = 3 }, run.Training);
        Assert.Equal(["base", "suppressed", "word-filter"], run.Evaluation!.Compare);
        Assert.Equal(
            new EvaluationSpec { Prompts = At("prompts.jsonl"), Samples = 5, MaxNewTokens = 10, TopP = 0.8, Classifier = "onnx:" + At("judge.onnx"), Perplexity = At("valid.jsonl"), LastWord = At("lambada.jsonl"), Labels = At("spans.jsonl"), Compare = [] },
            run.Evaluation with { Compare = [] });
        Assert.Equal(12, run.Shards);
    }

    [Fact]
    public void Read_JudgesAndBaselines_TakeTheirSettings()
    {
        var evaluation = Read($$"""
            {{Shortest}}
            evaluation:
              classifier: { onnx: ./judge.onnx, output: toxicity, activation: sigmoid }
              classifier_texts: { toxic: ./a.jsonl, nontoxic: ./b.jsonl }
              compare: [rad, dpo, random, suppressed-rad]
              rad: { top_k: 5 }
              dpo: { epochs: 3, learning_rate: 1e-4 }
            """).Evaluation!;
        Assert.Equal(("onnx:" + At("judge.onnx"), "toxicity", OnnxActivation.Sigmoid), (evaluation.Classifier, evaluation.ClassifierOutput, evaluation.ClassifierActivation));
        Assert.Equal(new ClassifierTextsSpec { Toxic = At("a.jsonl"), Nontoxic = At("b.jsonl") }, evaluation.ClassifierTexts);
        Assert.Equal((new RadSpec { TopK = 5 }, new DpoSpec { Epochs = 3, LearningRate = 1e-4 }), (evaluation.Rad, evaluation.Dpo));
    }

    [Fact]
    public void Read_ShortestFile_FillsInEveryDefault()
    {
        var run = Read(Shortest);
        Assert.Equal("some-run", run.Run.ToString());
        Assert.Equal(At("pythia/tokenizer.json"), run.Tokenizer);
        Assert.Equal(new FactorsSpec(), run.Factors);
        Assert.Equal(new ScoresSpec(), run.Scores);
        Assert.Equal(new SelectionSpec { Quantile = 0.99, Window = 1, Budget = TokenBudget.OfShare(0.02) }, run.Selection);
        Assert.Equal(new TrainingSpec(), run.Training);
        Assert.Equal(new SuppressionSpec(), run.Suppression);
        Assert.Equal(256, run.Queries.MaxLength);
        Assert.Null(run.Target);
        Assert.Null(run.Evaluation);
        Assert.Null(run.Shards);
    }

    [Fact]
    public void Read_ArchitectureWithoutTraining_IsTrainedWithTheDefaults() =>
        Assert.Equal(new TrainingSpec(), Read(Shortest.Replace("path: ./pythia ", "architecture: {} ", StringComparison.Ordinal) + "\ntokenizer: t.json").Proxy.Training);

    [Theory]
    [InlineData("2%", 0.02, null)]
    [InlineData("100%", 1.0, null)]
    [InlineData("0.3%", 0.003, null)]
    [InlineData("20000", null, 20000L)]
    [InlineData("0", null, 0L)]
    public void Read_Budget_IsAShareOrACount(string budget, double? share, long? count) =>
        Assert.Equal(new TokenBudget { Share = share, Count = count }, Read($"{Shortest}\nselection: {{ budget: {budget} }}").Selection.Budget);

    [Fact]
    public void Read_AutoAndAll_AreNull()
    {
        var run = Read($"{Shortest}\nfactors: {{ damping: auto, sequences: all }}\nshards: auto");
        Assert.Null(run.Factors.Damping);
        Assert.Null(run.Factors.Sequences);
        Assert.Null(run.Shards);
    }

    [Theory]
    [InlineData("lexicon")]
    [InlineData("linear")]
    public void Read_Classifier_IsAWord(string word) => Assert.Equal(word, Read($"{Shortest}\nevaluation: {{ classifier: {word} }}").Evaluation!.Classifier);

    [Fact]
    public void Read_OnnxClassifier_AsOneWord_BecomesAbsolute() =>
        Assert.Equal("onnx:" + At("judge.onnx"), Read($"{Shortest}\nevaluation: {{ classifier: 'onnx:judge.onnx' }}").Evaluation!.Classifier);

    [Fact]
    public void Read_EverythingPretokenised_NeedsNoTokenizer()
    {
        var run = Read("""
            proxy: { architecture: { vocab_size: 50 } }
            corpus: { pretokenised: { input_ids: a.npy } }
            queries: { toxic: { pretokenised: { input_ids: b.npy } }, nontoxic: { pretokenised: { input_ids: c.npy } } }
            """);
        Assert.Null(run.Tokenizer);
        Assert.Equal(At("a.npy"), run.Corpus.Pretokenised!.InputIds);
    }

    [Fact]
    public void Read_FromAnotherFolder_ResolvesAgainstTheFile()
    {
        Directory.CreateDirectory(At("deep"));
        Assert.Equal(At("corpus.jsonl"), Read(Shortest.Replace("./corpus", "../corpus", StringComparison.Ordinal), "deep/run.yaml").Corpus.Path);
    }
}
