using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Execution;
using IfGuide.Storage.Artifacts;
using IfGuide.Tests.Shared;

namespace IfGuide.Pipeline.Tests.Planning;

/// <summary>What a run may leave out, alone and in pairs: it is planned to its report, or refused in one sentence.</summary>
public sealed class OptionalSectionsTests
{
    private static readonly (string Name, Func<RunSpec, RunSpec> Without)[] Optional =
    [
        ("tokenizer", run => run with { Tokenizer = null }),
        ("target", run => run with { Target = null }),
        ("evaluation", run => run with { Evaluation = null }),
        ("shards", run => run with { Shards = null }),
        ("proxy.training", run => run with { Proxy = run.Proxy with { Training = null } }),
        ("evaluation.prompts", run => run with { Evaluation = run.Evaluation is { } evaluation ? evaluation with { Prompts = null } : null }),
        ("evaluation.perplexity", run => run with { Evaluation = run.Evaluation is { } evaluation ? evaluation with { Perplexity = null } : null }),
        ("evaluation.labels", run => run with { Evaluation = run.Evaluation is { } evaluation ? evaluation with { Labels = null } : null }),
        ("contrast", run => run with { Scores = new ScoresSpec { Contrast = false } }),
        ("tokens", run => run with { Selection = run.Selection with { Unit = SelectedUnit.Document } }),
    ];

    [Fact]
    public void LeftOut_AloneAndInPairs_IsPlanned_OrRefused()
    {
        using var folder = new TemporaryFolder();
        var store = new LocalArtifactStore(folder.File("store"));
        var whole = TinyRun.Create(folder.Path);
        foreach (var (name, run) in Pairs(whole))
        {
            if (Record.Exception(run.Validate) is { } refused)
            {
                Assert.True(refused is UserErrorException, $"{name}: {refused}");
                Assert.StartsWith("'tokenizer' is missing", refused.Message, StringComparison.Ordinal);
                continue;
            }

            var names = new LocalRun(store).Execute(run.WithDefaults(), until: Stage.Prepare);
            Assert.True(names.Report.Length > 0 && names.Variants.Count == (run.Target is null ? 0 : run.Evaluation is null ? 1 : 2), name);
        }
    }

    [Fact]
    public async Task TargetWithoutEvaluation_IsTrained_AndTheReportSaysThatNothingIsMeasured()
    {
        using var folder = new TemporaryFolder();
        var store = new LocalArtifactStore(folder.File("store"));
        var names = new LocalRun(store).Execute(TinyRun.Create(folder.Path) with { Evaluation = null });
        Assert.NotNull(await store.FindAsync(names.TrainedWeights("suppressed")));
        Assert.Contains("none: the trained model is not measured", await File.ReadAllTextAsync(await store.FetchAsync(names.Report)), StringComparison.Ordinal);
        var other = new LocalRun(store).Execute(TinyRun.Create(folder.Path) with { Evaluation = null, Training = new TrainingSpec { Epochs = 1, BatchSize = 8 } });
        Assert.NotEqual(names.Report, other.Report); // another model was trained: another report
    }

    private static IEnumerable<(string Name, RunSpec Run)> Pairs(RunSpec whole) =>
        from one in Optional
        from other in Optional
        where string.CompareOrdinal(one.Name, other.Name) <= 0
        select ($"{one.Name} and {other.Name}", other.Without(one.Without(whole)));
}
