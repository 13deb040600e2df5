using System.Reflection;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Corpora;
using IfGuide.Tests.Shared;
using MessagePack;

namespace IfGuide.Pipeline.Tests.Planning;

/// <summary>Names and layouts of everything in a store are pinned: silos of another build, and tomorrow's ifguide, read what today's wrote.</summary>
public sealed class ArtifactLayoutTests
{
    private static readonly PinnedFile Artifacts = new("layouts/artifacts.txt");
    private static readonly PinnedFile Records = new("layouts/records.txt");
    private static readonly PinnedFile Keys = new("layouts/keys.txt");

    public static TheoryData<Type> RecordTypes => [.. new[] { typeof(RunPlan).Assembly, typeof(DocumentIndex).Assembly }
        .SelectMany(assembly => assembly.GetTypes())
        .Where(type => type.GetCustomAttribute<MessagePackObjectAttribute>() is not null)];

    [Fact]
    public async Task EveryArtifactOfARun_HasItsPinnedNameAndLayout()
    {
        using var folder = new TemporaryFolder();
        var store = new LocalArtifactStore(folder.File("store"));
        var specification = TinyRun.Create(folder.Path);
        new LocalRun(store).Execute(specification with { Evaluation = specification.Evaluation! with { Compare = ["base", "suppressed", "word-filter", "random", "dpo", "suppressed-rad"], Classifier = "linear", LastWord = folder.Lines("last.jsonl", """{"text": "Rosa asked about the telescope"}""") } });

        var layouts = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        await foreach (var artifact in store.ListAsync(string.Empty))
        {
            var pattern = Layout.Pattern(artifact.Name);
            if (!layouts.TryGetValue(pattern, out var lines))
            {
                layouts.Add(pattern, lines = new SortedSet<string>(StringComparer.Ordinal));
            }

            lines.UnionWith(Layout.Of(await store.FetchAsync(artifact.Name), artifact.Name));
        }

        Assert.All(layouts, layout => AssertPinned(Artifacts, layout.Key, [.. layout.Value], "layouts/artifacts.txt"));
        Assert.Empty(Artifacts.Names.Except(layouts.Keys));
    }

    [Theory, MemberData(nameof(RecordTypes))]
    public void Record_KeepsItsFields(Type record) => AssertPinned(
        Records,
        record.Name,
        [.. record.GetProperties().Select(property => (property, property.GetCustomAttribute<KeyAttribute>()?.IntKey)).Where(field => field.IntKey is not null)
            .OrderBy(field => field.IntKey).Select(field => $"{field.IntKey} {field.property.Name}: {Name(field.property.PropertyType)}")],
        "layouts/records.txt");

    [Fact]
    public void KeysOfAFixedRun_AreThePinnedOnes()
    {
        var (specification, inputs) = FixedRun.Create();
        foreach (var stage in RunPlan.Create(specification, SpecificationStore.NameOf(specification), inputs, "prepare/fixed/inputs.msgpack"))
        {
            AssertPinned(Keys, stage.Stage.ToString(), [.. stage.Units.Select(unit => $"{unit.Name}: {unit.Artifact}")], "layouts/keys.txt");
        }

        AssertPinned(Keys, "Specification", [SpecificationStore.NameOf(specification)], "layouts/keys.txt");
    }

    [Fact]
    public void EveryUnit_IsNamedAsThePlanNamesIt()
    {
        var (specification, inputs) = FixedRun.Create();
        var names = new ArtifactNames(specification, inputs);
        Assert.All(RunPlan.Create(specification, "s", inputs, "i").SelectMany(stage => stage.Units), unit => Assert.Equal(unit.Artifact, RunPlan.ArtifactOf(names, unit)));
    }

    private static void AssertPinned(PinnedFile file, string name, string[] lines, string path)
    {
        if (PinnedFile.Updating)
        {
            file.Write(name, lines);
        }

        Assert.True(
            file[name].SequenceEqual(lines),
            $"'{name}' differs from tests/Goldens/{path}: a store of the last build would be misread, or its results not found. {PinnedFile.Remedy}\nPinned:\n{string.Join('\n', file[name])}\nNow:\n{string.Join('\n', lines)}");
    }

    private static string Name(Type type) => Nullable.GetUnderlyingType(type) is { } underlying
        ? $"{underlying.Name}?"
        : type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;
}
