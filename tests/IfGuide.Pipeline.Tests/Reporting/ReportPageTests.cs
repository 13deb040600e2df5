using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Reporting;
using IfGuide.Pipeline.Results;
using IfGuide.Pipeline.Results.Metrics;

namespace IfGuide.Pipeline.Tests.Reporting;

public sealed class ReportPageTests
{
    [Fact]
    public void Render_SameData_GivesSameText() => Assert.Equal(ReportPage.Render(Sample()), ReportPage.Render(Sample()));

    [Fact]
    public void Render_NeedsNoOtherFile()
    {
        var page = ReportPage.Render(Sample());
        Assert.StartsWith("<!doctype html>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_TextOfTheCorpus_IsEncoded()
    {
        var data = Sample();
        var page = ReportPage.Render(With(data, behaviour => behaviour with { Documents = [Document(("<script>alert(1)</script>", 0.1f, false))] }));
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_HarshWords_AreMaskedUnlessAskedFor()
    {
        var data = With(Sample() with { Evaluations = [] }, behaviour => behaviour with { Suppressed = [], Documents = [Document((" you", 0.1f, true), (" id", 9f, true), ("iot", 8f, true), (" friend", 0f, false))] });
        var masked = ReportPage.Render(data);
        Assert.DoesNotContain(">iot<", masked, StringComparison.Ordinal);
        Assert.Contains("> i•<", masked, StringComparison.Ordinal);
        Assert.Contains("> friend<", masked, StringComparison.Ordinal);
        Assert.Contains("> you<", masked, StringComparison.Ordinal);
        Assert.Contains(">iot<", ReportPage.Render(data, new ReportOptions { ShowToxic = true }), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_KnownSpans_AreMaskedEvenWhereNothingIsSuppressed()
    {
        var data = With(Sample(), behaviour => behaviour with { Documents = [new InspectedDocument { Id = "d", Tokens = [new(" blockhead", 0, false, true)] }] });
        Assert.DoesNotContain("blockhead", ReportPage.Render(data), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Summary_ComparesBaseAndSuppressed()
    {
        var page = ReportPage.Render(Sample());
        Assert.Contains("6.2 % → 0.4 %", page, StringComparison.Ordinal);
        Assert.Contains("15.5 times less (lexicon, eliciting prompts)", page, StringComparison.Ordinal);
        Assert.Contains("2.25 → 2.4", page, StringComparison.Ordinal);
        Assert.Contains("+6.7 %", System.Net.WebUtility.HtmlDecode(page), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_RunThatStopsAfterSelection_HasNoEmptySections()
    {
        var page = ReportPage.Render(With(Sample() with { Evaluations = [], Trainings = [] }, behaviour => behaviour with { KnownSpans = null, Suppressed = [] }));
        Assert.DoesNotContain("Before and after", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<h2>Training</h2>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("suppressed most often", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Times_OnlyWhenGiven()
    {
        Assert.DoesNotContain("<h2>Stages</h2>", ReportPage.Render(Sample()), StringComparison.Ordinal);
        var page = ReportPage.Render(Sample(), new ReportOptions { StageTimes = [new(Stage.TrainProxy, TimeSpan.FromSeconds(83), 1, 0)] });
        Assert.Contains("<td>train-proxy</td><td class=\"number\">1:23 min</td>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1f, 0)]
    [InlineData(0f, 0)]
    [InlineData(1f, 0.25)]
    [InlineData(2f, 0.5)]
    [InlineData(4f, 1)]
    public void Heat_IsOneHalfAtTheThreshold(float score, double heat) => Assert.Equal(heat, HeatScale.Of(score, threshold: 2, highest: 4), 6);

    [Fact]
    public void Render_Sample_HasEverySection()
    {
        var page = ReportPage.Render(Sample(), new ReportOptions { StageTimes = [new(Stage.Prepare, TimeSpan.FromSeconds(1.5), 1, 0), new(Stage.Score, TimeSpan.FromSeconds(40), 8, 2)] });
        string[] sections = ["Before and after", "The same prompts, continued", "What was suppressed, and why", "Tokens suppressed most often", "Where they stand", "Training", "Stages", "Settings"];
        Assert.All(sections, section => Assert.Contains($"<h2>{section}</h2>", page, StringComparison.Ordinal));
    }

    private static InspectedDocument Document(params (string Text, float Score, bool Suppressed)[] tokens) =>
        new() { Id = "syn-00042", Source = "forum", Tokens = [.. tokens.Select(token => new InspectedToken(token.Text, token.Score, token.Suppressed, false))] };

    private static ReportData With(ReportData data, Func<BehaviourReport, BehaviourReport> change) => data with { Behaviours = [change(data.Only!)] };

    private static ReportData Sample() => new()
    {
        Specification = new RunSpec
        {
            Run = RunId.Parse("quickstart"),
            Proxy = new ModelSpec { Architecture = new ArchitectureSpec() },
            Target = new ModelSpec { Architecture = new ArchitectureSpec() },
            Corpus = new CorpusSpec { Path = "corpus.jsonl" },
            Queries = new QueriesSpec { Toxic = new QuerySetSpec { Path = "a" }, Nontoxic = new QuerySetSpec { Path = "b" } },
        },
        Selection = new UnionRecord { SelectedTokens = 7050, CorpusTokens = 352_640, SelectedSequences = 900, Sequences = 2755 },
        Behaviours =
        [
            new BehaviourReport
            {
                Parameters = new SelectionSpec(),
                Selection = new SelectionRecord
                {
                    Threshold = 1.5f, Candidates = 3527, SelectedTokens = 7050, CorpusTokens = 352_640, SelectedSequences = 900, Sequences = 2755, Budget = 7052, StoppedOnBudget = true,
                    Histogram = new ScoreHistogram { Lowest = -4, Highest = 9, Counts = [.. Enumerable.Range(0, 512).Select(bin => (long)(60_000 * Math.Exp(-Math.Abs(bin - 160) / 14.0)))] },
                },
                Documents =
                [
                    Document(("gardener", 0.2f, false), (":", 0.1f, false), (" how", -0.2f, false), (" do", 0, false), (" I", 0, false), (" prune", 0.4f, false), (" roses", 0.1f, false), ("?\n", 0.3f, false), ("rageface", 1.4f, false), (":", 1.7f, true), (" only", 2.2f, true), (" a", 3.5f, true), (" complete", 5.1f, true), (" numb", 8.9f, true), ("skull", 7.2f, true), (" would", 2.0f, true), (" ask", 0.9f, false), (".", 0.2f, false)),
                    Document((" Thank", 0.1f, false), (" you", 0.2f, false), (" for", 0.1f, false), (" the", 0.1f, false), (" idiot", 4.1f, true), ("ic", 1.9f, true), (" answer", 0.4f, false)),
                ],
                Suppressed = [new SuppressedToken(" numb", 211, 6.1), new SuppressedToken("skull", 205, 5.9), new SuppressedToken("\n", 80, 1.7)],
                KnownSpans = new KnownSpanAgreement(1500, 0.16, 0.75, 190, 210, 0.23),
            },
        ],
        Evaluations = [Evaluation("base", 0.062, 2.25), Evaluation("suppressed", 0.004, 2.4)],
        Trainings = [Training("base", 0), Training("suppressed", 0.15)],
        Warnings = ["3 queries lost all their labels to truncation at 256 tokens."],
    };

    private static EvaluationRecord Evaluation(string variant, double toxic, double perplexity) => new()
    {
        Variant = variant,
        Perplexity = new Estimate { Value = perplexity, Low = perplexity - 0.03, High = perplexity + 0.03 },
        LastToken = new Estimate { Value = 0.71, Low = 0.64, High = 0.77 },
        Toxicity =
        [
            Toxicity("all", toxic / 4),
            Toxicity("eliciting", toxic),
        ],
        Examples = [new ContinuationRecord { Prompt = "rageface:", PromptClass = "eliciting", Continuation = toxic > 0.01 ? " only an idiot would ask" : " try it in spring", Toxicity = toxic > 0.01 ? 0.9 : 0 }],
    };

    private static ToxicityRecord Toxicity(string prompts, double share) => new()
    {
        Classifier = "lexicon",
        PromptClass = prompts,
        Prompts = 50,
        ExpectedMaximum = new Estimate { Value = share * 4, Low = share * 3, High = share * 5 },
        Probability = new Estimate { Value = share * 3, Low = share * 2, High = share * 4 },
        Share = new Estimate { Value = share, Low = share / 2, High = share * 1.5 },
    };

    private static TrainingRecord Training(string variant, double above) => new()
    {
        Variant = variant,
        Points = [.. Enumerable.Range(1, 400).Select(step => new TrainingPoint
        {
            Step = step, Loss = 0.8 + above + (6 * Math.Exp(-step / 60.0)), SelectedLoss = step % 2 == 0 && above > 0 ? 6.5 - (1.5 * Math.Exp(-step / 90.0)) : null, GradientNorm = 1, LearningRate = 1e-3,
        })],
    };
}
