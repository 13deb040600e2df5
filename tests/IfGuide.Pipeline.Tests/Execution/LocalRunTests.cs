using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Artifacts;
using IfGuide.Tests.Shared;

namespace IfGuide.Pipeline.Tests.Execution;

public sealed class LocalRunTests
{
    [Fact]
    public async Task WholeMethod_RunTwice_ComputesNothingTheSecondTime_AndOnlyFromSelectWhenTheWindowChanges()
    {
        using var folder = new TemporaryFolder();
        var store = new LocalArtifactStore(folder.File("store"));
        var specification = TinyRun.Create(folder.Path);
        var names = new LocalRun(store).Execute(specification);

        var page = await File.ReadAllTextAsync(await store.FetchAsync(names.Report));
        Assert.Contains("<html", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("<h2>What if</h2>", page, StringComparison.Ordinal);
        Assert.Contains("<h2>How much of each source</h2>", page, StringComparison.Ordinal);
        using var metrics = JsonDocument.Parse(await File.ReadAllBytesAsync(await store.FetchAsync(names.Metrics)));
        Assert.True(metrics.RootElement.GetProperty("selection").GetProperty("selected_tokens").GetInt64() > 0);
        Assert.Equal(27, metrics.RootElement.GetProperty("what_if").GetArrayLength());
        Assert.Equal(8, metrics.RootElement.GetProperty("queries")[0].GetProperty("kept").GetInt64());
        Assert.Equal(1.0, metrics.RootElement.GetProperty("overlap").GetProperty("sets")[1].GetProperty("prompts").GetProperty("second_share").GetDouble());
        Assert.Contains("<h2>Texts that occur twice</h2>", page, StringComparison.Ordinal);
        Assert.True(metrics.RootElement.GetProperty("models").GetProperty("suppressed").GetProperty("perplexity").GetProperty("value").GetDouble() > 1);

        var first = await Digests(store);
        new LocalRun(store).Execute(specification);
        Assert.Equal(first, await Digests(store));

        new LocalRun(store).Execute(specification with { Selection = specification.Selection with { Window = 0 } });
        var added = (await Digests(store)).Keys.Except(first.Keys).Select(name => name.Split('/')[0]).Distinct().Order();
        Assert.Equal(["evaluate", "report", "select", "specification", "train"], added);
    }

    [Fact]
    public async Task WholeMethod_WithoutEvaluation_TrainsTheTarget_AndReportsItsTraining()
    {
        using var folder = new TemporaryFolder();
        var store = new LocalArtifactStore(folder.File("store"));
        var specification = TinyRun.Create(folder.Path) with { Evaluation = null };
        var names = new LocalRun(store).Execute(specification);
        Assert.True(File.Exists(await store.FetchAsync(names.TrainedWeights("suppressed"))));
        var page = await File.ReadAllTextAsync(await store.FetchAsync(names.Report));
        Assert.Contains("<html", page, StringComparison.OrdinalIgnoreCase);

        var suppression = new SuppressionSpec { PenaltyWeight = 2 };
        var stronger = new LocalRun(store).Execute(specification with { Suppression = suppression });
        Assert.NotEqual(names.Report, stronger.Report); // another training is another report
    }

    [Fact]
    public async Task WholeMethod_InTwoStores_GivesEqualBytes()
    {
        using var folder = new TemporaryFolder();
        var specification = TinyRun.Create(folder.Path);
        LocalArtifactStore one = new(folder.File("one")), two = new(folder.File("two"));
        new LocalRun(one).Execute(specification);
        new LocalRun(two).Execute(specification);
        Assert.Equal(await Digests(one), await Digests(two));
    }

    [Fact]
    public async Task Training_CancelledAndRunAgain_EndsInTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        var specification = TinyRun.Create(folder.Path);
        LocalArtifactStore undisturbed = new(folder.File("one")), disturbed = new(folder.File("two"));
        var names = new LocalRun(undisturbed).Execute(specification, until: Stage.TrainProxy);

        using var cancellation = new CancellationTokenSource();
        using (var executor = new UnitExecutor(disturbed, "cpu"))
        {
            var specificationName = await SpecificationStore.PutAsync(disturbed, specification);
            var inputsName = executor.Execute(RunPlan.Preparation(specification, specificationName));
            var unit = RunPlan.Create(specification, specificationName, await PreparedInputs.LoadAsync(disturbed, inputsName), inputsName)[0].Units.Single();
            var interrupt = new CancelAfter(13, cancellation);
            Assert.ThrowsAny<OperationCanceledException>(() => executor.Execute(unit, interrupt, cancellation.Token));
        }

        Assert.Null(await disturbed.FindAsync(names.ProxyWeights));
        new LocalRun(disturbed).Execute(specification, until: Stage.TrainProxy);
        Assert.Equal((await undisturbed.FindAsync(names.ProxyWeights))!.Digest, (await disturbed.FindAsync(names.ProxyWeights))!.Digest);
    }

    private static async Task<SortedDictionary<string, string>> Digests(LocalArtifactStore store)
    {
        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await foreach (var artifact in store.ListAsync(string.Empty))
        {
            digests.Add(artifact.Name, artifact.Digest);
        }

        return digests;
    }

    private sealed class CancelAfter(long steps, CancellationTokenSource cancellation) : IProgress<Abstractions.UnitProgress>
    {
        public void Report(Abstractions.UnitProgress value)
        {
            if (value.Measure == "steps" && value.Done >= steps)
            {
                cancellation.Cancel();
            }
        }
    }
}
