using IfGuide.Abstractions.Specification;
using IfGuide.Tests.Shared;

namespace IfGuide.Grains.Tests.Specifications;

/// <summary>Specifications that programs once submitted without objection: some failed after hours, some ended in wrong results.</summary>
public sealed class WrongSpecificationTests(RefusingHost host) : IClassFixture<RefusingHost>
{
    [Fact]
    public Task PenaltyWeightBelowZero_WouldLearnSelectedTokensThrice() => IsRefusedAsync(
        run => run with { Suppression = new SuppressionSpec { PenaltyWeight = -3 } },
        "'suppression.lambda' is '-3'; expected a number at least 0.");

    [Fact]
    public Task BudgetOfFiveHundredPercent() => IsRefusedAsync(
        run => run with { Selection = new SelectionSpec { Budget = TokenBudget.OfShare(5) } },
        "'selection.budget' is '500%'; expected a share such as 2% (above 0%, at most 100%), or a whole number of tokens.");

    [Fact]
    public Task MisspeltModel_WouldTrainAnotherOne() => IsRefusedAsync(
        run => run with { Evaluation = run.Evaluation! with { Compare = ["base", "supressed"] } },
        "'evaluation.compare' is 'supressed'; expected base, suppressed, word-filter, document-filter, random, rad, dpo or suppressed-rad.");

    [Fact]
    public Task WindowBelowZero() => IsRefusedAsync(
        run => run with { Selection = new SelectionSpec { Window = -1 } },
        "'selection.window' is '-1'; expected a whole number from 0 to 1048576.");

    [Fact]
    public Task QuantileAboveOne() => IsRefusedAsync(
        run => run with { Selection = new SelectionSpec { Quantile = 1.5 } },
        "'selection.quantile' is '1.5'; expected a number above 0 and below 1.");

    [Fact]
    public Task DampingBelowZero() => IsRefusedAsync(
        run => run with { Factors = new FactorsSpec { Damping = -5 } },
        "'factors.damping' is '-5'; expected auto or a number above 0.");

    [Fact]
    public Task LearningRateBelowZero() => IsRefusedAsync(
        run => run with { Training = new TrainingSpec { LearningRate = -1 } },
        "'training.learning_rate' is '-1'; expected a number above 0.");

    [Fact]
    public Task NoEpochs() => IsRefusedAsync(
        run => run with { Training = new TrainingSpec { Epochs = 0 } },
        "'training.epochs' is '0'; expected a whole number of at least 1.");

    [Fact]
    public Task NucleusAboveOne() => IsRefusedAsync(
        run => run with { Evaluation = run.Evaluation! with { TopP = 7 } },
        "'evaluation.top_p' is '7'; expected a number above 0 and at most 1.");

    [Fact]
    public Task BlockOfNothing() => IsRefusedAsync(
        run => run with { Corpus = run.Corpus with { Block = 0 } },
        "'corpus.block' is '0'; expected a whole number from 2 to 1048576.");

    [Fact]
    public Task ShardsBelowZero() => IsRefusedAsync(
        run => run with { Shards = -1 },
        "'shards' is '-1'; expected auto or a whole number from 1 to 100000.");

    [Fact]
    public Task TextWithoutTokenizer() => IsRefusedAsync(
        run => run with { Tokenizer = null },
        "'tokenizer' is missing: 'corpus' is text, and a proxy from scratch has no folder with a tokenizer.json; name one.");

    private async Task IsRefusedAsync(Func<RunSpec, RunSpec> change, string sentence)
    {
        using var folder = new TemporaryFolder();
        var wrong = change(TinyRun.Create(folder.Path));
        Assert.Equal(sentence, await host.ClientRefusesAsync(wrong));
        Assert.Equal(sentence, await host.CoordinatorRefusesAsync(wrong));
        await host.AssertUntouchedAsync();
    }
}
