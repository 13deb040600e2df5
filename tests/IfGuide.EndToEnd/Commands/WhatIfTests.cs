using System.Globalization;
using System.Text.Json;
using IfGuide.EndToEnd.Harness;
using IfGuide.Storage.Npy;

namespace IfGuide.EndToEnd.Commands;

public sealed class WhatIfTests
{
    [Fact]
    public async Task WhatIf_TellsWhatSelectGives_CellByCell()
    {
        using var place = TinyRun.Prepare();
        (await Ifguide.RunAsync(place.Folder, "run", TinyRun.FileName, "--until", "select", "--quiet")).Expect(0);
        using var told = JsonDocument.Parse((await Ifguide.RunAsync(place.Folder, "inspect", "tiny", "--what-if", "--json", "--quantiles", "0.9,0.99", "--windows", "0,2", "--budgets", "1%,4%,100000")).Expect(0).Output);
        var cells = told.RootElement.GetProperty("what_if").EnumerateArray().ToArray();
        Assert.Equal(12, cells.Length);
        Assert.True(cells.Select(cell => cell.GetProperty("tokens").GetInt64()).Distinct().Count() > 4);
        (await Ifguide.RunAsync(place.Folder, "export", "tiny", "scores", "--out", "s.npy")).Expect(0);
        foreach (var cell in new[] { cells[0], cells[4], cells[7], cells[11] })
        {
            string Text(string name) => cell.GetProperty(name).GetRawText();
            var budget = cell.TryGetProperty("budget_share", out var share) ? (share.GetDouble() * 100).ToString(CultureInfo.InvariantCulture) + "%" : Text("budget");
            string[][] ways = [["--run", "tiny", "--budget", budget], ["--scores", "s.npy", "--budget", Text("budget")]];
            foreach (var way in ways)
            {
                using var selected = JsonDocument.Parse((await Ifguide.RunAsync(place.Folder, ["select", "--json", "--out", "m.npy", "--quantile", Text("quantile"), "--window", Text("window"), .. way])).Expect(0).Output);
                Assert.Equal(Text("tokens"), selected.RootElement.GetProperty("selected").GetRawText());
                Assert.Equal(Text("threshold"), selected.RootElement.GetProperty("threshold").GetRawText());
                using var mask = NpyFile.Open(place["m.npy"]);
                Assert.Equal(cell.GetProperty("tokens").GetInt64(), mask.RowSpan<bool>(0, mask.Rows).Count(true));
            }
        }
    }

    [Fact]
    public async Task WhatIf_TheRunsOwnCell_IsTheRun_AndItsSourcesAddUp()
    {
        using var place = TinyRun.Prepare();
        (await Ifguide.RunAsync(place.Folder, "run", TinyRun.FileName, "--until", "select", "--quiet")).Expect(0);
        using var told = JsonDocument.Parse((await Ifguide.RunAsync(place.Folder, "inspect", "tiny", "--what-if", "--json")).Expect(0).Output);
        var own = told.RootElement.GetProperty("what_if").EnumerateArray().Single(cell => cell.GetProperty("is_run").GetBoolean());
        var selection = told.RootElement.GetProperty("selection");
        Assert.Equal(selection.GetProperty("selected_tokens").GetInt64(), own.GetProperty("tokens").GetInt64());
        Assert.Equal(selection.GetProperty("selected_sequences").GetInt64(), own.GetProperty("sequences").GetInt64());
        Assert.Equal(selection.GetProperty("threshold").GetSingle(), own.GetProperty("threshold").GetSingle());

        (await Ifguide.RunAsync(place.Folder, "export", "tiny", "mask", "--format", "jsonl", "--out", "m.jsonl")).Expect(0);
        var documents = File.ReadLines(place["m.jsonl"]).Count();
        var sources = told.RootElement.GetProperty("sources").EnumerateArray().ToArray();
        Assert.Equal(documents, own.GetProperty("documents").GetInt64());
        Assert.Equal(documents, sources.Sum(source => source.GetProperty("suppressed_documents").GetInt64()));
        Assert.Equal(own.GetProperty("tokens").GetInt64(), sources.Sum(source => source.GetProperty("suppressed_tokens").GetInt64()));

        var drawn = (await Ifguide.RunAsync(place.Folder, "inspect", "tiny", "--what-if")).Expect(0).Output;
        Assert.Contains("ifguide select --run", drawn, StringComparison.Ordinal);
        Assert.Contains("← this run", drawn, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIf_WrongParameters_AreUserErrors()
    {
        using var place = new Workplace();
        Assert.Contains("--budgets has 'lots'", (await Ifguide.RunAsync(place.Folder, "inspect", "tiny", "--budgets", "1%,lots")).Expect(2).Complaint, StringComparison.Ordinal);
        Assert.Contains("--quantiles has '1.5'", (await Ifguide.RunAsync(place.Folder, "inspect", "tiny", "--quantiles", "1.5")).Expect(2).Complaint, StringComparison.Ordinal);
        Assert.Contains("either --scores S.npy or --run RUN", (await Ifguide.RunAsync(place.Folder, "select", "--quantile", "0.9", "--window", "1", "--budget", "1%", "--out", "m.npy")).Expect(2).Complaint, StringComparison.Ordinal);
    }
}
