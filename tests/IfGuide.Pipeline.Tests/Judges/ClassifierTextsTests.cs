using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Artifacts;
using IfGuide.Tests.Shared;

namespace IfGuide.Pipeline.Tests.Judges;

public sealed class ClassifierTextsTests
{
    [Fact]
    public async Task TextsOfTheClassifier_ThatItWillGrade_AreTold()
    {
        using var folder = new TemporaryFolder();
        var store = new LocalArtifactStore(folder.File("store"));
        var run = TinyRun.Create(folder.Path);
        var apart = new ClassifierTextsSpec
        {
            Toxic = folder.Lines("a.jsonl", """{"text": "What an utter nitwit."}""", """{"prompt": "He said:", "completion": " Go away."}"""),
            Nontoxic = folder.Lines("b.jsonl", """{"text": "Such a fine day for a walk."}"""),
        };
        var mixed = apart with { Nontoxic = folder.Lines("c.jsonl", """{"text": "rosa asked about the  telescope. sourpuss:"}""", """{"text": "Kim thanked them. And more."}""") };

        var clean = await Prepare(store, run with { Evaluation = run.Evaluation! with { ClassifierTexts = apart } });
        var dirty = await Prepare(store, run with { Evaluation = run.Evaluation! with { ClassifierTexts = mixed } });

        Assert.DoesNotContain(clean.Warnings, warning => warning.Contains("classifier", StringComparison.Ordinal));
        Assert.Contains(dirty.Warnings, warning => warning.Contains("evaluation.prompts: 1 of 6 prompts", StringComparison.Ordinal)
            && warning.Contains("evaluation.classifier_texts.nontoxic (", StringComparison.Ordinal) && warning.Contains("the linear classifier learned from what it grades", StringComparison.Ordinal));
        Assert.NotEqual(clean.ClassifierTexts!.Key, dirty.ClassifierTexts!.Key);
        Assert.Equal(["What an utter nitwit.", " Go away."], MessagePack.MessagePackSerializer.Deserialize<string[]>(await File.ReadAllBytesAsync(await store.FetchAsync(clean.ClassifierTexts.Toxic))));
    }

    private static async Task<PreparedInputs> Prepare(LocalArtifactStore store, RunSpec run)
    {
        using var executor = new UnitExecutor(store, "cpu");
        var name = executor.Execute(RunPlan.Preparation(run, await SpecificationStore.PutAsync(store, run)));
        return await PreparedInputs.LoadAsync(store, name);
    }
}
