namespace IfGuide.Deploy.Tests.Pages;

/// <summary>Lines of the pages that take seconds are run, on a small run that is done.</summary>
[Collection(SampleRun.Collection)]
public sealed class CommandRunTests(SampleRun sample)
{
    private static readonly string[] QuickCommands =
        ["export", "inspect", "list", "report", "run", "schema", "select", "status", "validate"];
    private static readonly string[] Elsewhere = ["--cluster", "--behaviour", "--checkpoint", "--scores", "FILE", "ARTIFACT"];

    public static TheoryData<string, string> Lines
    {
        get
        {
            var lines = new TheoryData<string, string>();
            foreach (var page in Page.All.Where(page => page.Name != "deploy/CONTRACT.md"))
            {
                foreach (var line in CommandLineText.Of(page).Where(CanRun).Select(words => string.Join('\n', words)).Distinct())
                {
                    lines.Add(page.Name, line);
                }
            }

            return lines;
        }
    }

    [Theory, MemberData(nameof(Lines), DisableDiscoveryEnumeration = true)]
    public async Task Line_Runs(string page, string line)
    {
        string[] arguments = [.. line.Split('\n').Select(Fill)];
        var output = Array.IndexOf(arguments, "--out") + 1;
        if (output > 0)
        {
            arguments[output] = sample.Result(arguments[output]);
        }

        var shown = $"{page}: ifguide {line.ReplaceLineEndings(" ")}";
        Assert.True(await sample.RunAsync(arguments) == 0, $"{shown} fails.");
        Assert.True(output == 0 || Path.Exists(arguments[output]), $"{shown} writes nothing.");
    }

    [Fact]
    public void Pages_HaveManySuchLines() => Assert.True(Lines.Count >= 15, $"{Lines.Count} lines were found.");

    private static bool CanRun(string[] words) => QuickCommands.Contains(words[0]) && !words.Intersect(Elsewhere).Any();

    private string Fill(string word) => word switch
    {
        "RUN" or "my-corpus" => SampleRun.Id,
        "ID" => sample.Document,
        "my-corpus.yaml" => sample.File,
        _ => word,
    };
}
