using System.Text.Json;
using System.Text.RegularExpressions;
using IfGuide.Cli.Benchmarks;
using IfGuide.Cli.Commands;
using IfGuide.Tests.Shared;

namespace IfGuide.Deploy.Tests.Pages;

/// <summary>Every run file of a page passes <c>ifguide validate</c> as it stands; parts of one do beside what a file needs.</summary>
[Collection(SampleRun.Collection)]
public sealed partial class RunFileTests(SampleRun sample)
{
    private static readonly (string Key, string Text)[] Needed =
    [
        ("proxy", "proxy: { path: ./proxy }"),
        ("corpus", "corpus: { path: ./corpus.jsonl, block: 64 }"),
        ("queries", "queries: { toxic: ./toxic.jsonl, nontoxic: ./nontoxic.jsonl, max_length: 64 }"),
    ];

    private static readonly JsonElement Schema = JsonDocument.Parse(Yaml.Text("run.schema.json")).RootElement;

    private static readonly string[] Keys =
        [.. Schema.GetProperty("properties").EnumerateObject().Select(property => property.Name)];

    public static TheoryData<string, string> RunFiles => Each(page => Blocks(page).Where(IsRunFile));

    public static TheoryData<string, string> Benchmarks => Each(page => Blocks(page).Where(block => !IsRunFile(block)));

    public static TheoryData<string, string> NamesOfKeys => Each(page => page.InlineCode.Where(IsNameOfKey).Distinct());

    [Theory, MemberData(nameof(RunFiles), DisableDiscoveryEnumeration = true)]
    public async Task RunFile_IsInOrder(string page, string text)
    {
        using var folder = new TemporaryFolder();
        var file = Complete(folder, text);
        Assert.True(await CommandLine.RunAsync(["validate", file]) == 0, $"{page} shows a run file that is refused:\n{text}");
    }

    [Theory, MemberData(nameof(Benchmarks), DisableDiscoveryEnumeration = true)]
    public void Benchmark_IsInOrder(string page, string text)
    {
        using var folder = new TemporaryFolder();
        var target = "target: { path: ./target }\nevaluation: { prompts: ./prompts.jsonl }";
        File.Move(Complete(folder, target), folder.File("run.yaml"));
        var file = folder.Lines("benchmark.yaml", text);
        Assert.NotEmpty(BenchmarkFile.Read(file).ListSteps(file, []));
        Assert.StartsWith("benchmark: ", text, StringComparison.Ordinal);
        Assert.NotEmpty(page);
    }

    [Theory, MemberData(nameof(NamesOfKeys), DisableDiscoveryEnumeration = true)]
    public void Key_IsInTheSchema(string page, string name)
    {
        JsonElement[] places = [Schema];
        foreach (var part in name.Split('.'))
        {
            places = [.. places.SelectMany(place => Find(place, part))];
        }

        Assert.True(places.Length > 0, $"{page} names the key '{name}', which run files do not have.");
    }

    [Fact]
    public void Pages_HaveRunFilesBenchmarksAndKeys()
    {
        Assert.True(RunFiles.Count >= 8, $"{RunFiles.Count} run files were found.");
        Assert.NotEmpty(Benchmarks);
        Assert.True(NamesOfKeys.Count >= 8, $"{NamesOfKeys.Count} names of keys were found.");
    }

    private static IEnumerable<string> Blocks(Page page) => page.Blocks("yaml").Concat(page.InlineCode.Where(IsPart));

    private static bool IsPart(string code) => Keys.Any(key => code.StartsWith($"{key}: ", StringComparison.Ordinal));

    private static bool IsRunFile(string block) => !block.StartsWith("benchmark:", StringComparison.Ordinal);

    private static bool IsNameOfKey(string code) => DottedName().IsMatch(code) && Keys.Contains(code.Split('.')[0]);

    private static TheoryData<string, string> Each(Func<Page, IEnumerable<string>> select)
    {
        var data = new TheoryData<string, string>();
        foreach (var page in Page.All)
        {
            foreach (var text in select(page))
            {
                data.Add(page.Name, text);
            }
        }

        return data;
    }

    /// <summary>The places of a schema that a key leads to.</summary>
    private static IEnumerable<JsonElement> Find(JsonElement place, string key)
    {
        if (place.TryGetProperty("properties", out var properties) && properties.TryGetProperty(key, out var found))
        {
            yield return found;
        }

        foreach (var words in new[] { "anyOf", "oneOf", "allOf" })
        {
            if (!place.TryGetProperty(words, out var others))
            {
                continue;
            }

            foreach (var inner in others.EnumerateArray().SelectMany(other => Find(other, key)))
            {
                yield return inner;
            }
        }
    }

    private string Complete(TemporaryFolder folder, string text)
    {
        var missing = Needed.Where(part => !Regex.IsMatch(text, $"(?m)^{part.Key}:")).Select(part => part.Text);
        var whole = string.Join('\n', missing.Append(text));
        NamedFiles.Write(whole, folder.Path, sample);
        return folder.Lines("page.yaml", whole);
    }

    [GeneratedRegex(@"^[a-z_]+(\.[a-z_]+)+(?<!\.(npy|json|jsonl|yaml|parquet|safetensors))$")]
    private static partial Regex DottedName();
}
