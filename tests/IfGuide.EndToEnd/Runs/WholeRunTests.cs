using IfGuide.EndToEnd.Harness;
using IfGuide.Storage.Npy;

namespace IfGuide.EndToEnd.Runs;

public sealed class WholeRunTests
{
    private static readonly string[] FromSelectOn = ["select", "train", "evaluate", "report"];

    [Fact]
    public async Task Run_Again_ComputesNothing_AndAChangedWindowOnlyFromSelectOn()
    {
        using var place = TinyRun.Prepare();
        (await Ifguide.RunAsync(place.Folder, "run", TinyRun.FileName, "--quiet")).Expect(0);
        var first = await Results.DigestsAsync(place);

        var again = Results.Stages((await Ifguide.RunAsync(place.Folder, "run", TinyRun.FileName, "--json", "--quiet")).Expect(0));
        Assert.All(again.Where(stage => stage.Key != "prepare"), stage => Assert.Equal(stage.Value.Units, stage.Value.Reused));
        Assert.Equal(first, await Results.DigestsAsync(place));

        place.Write(TinyRun.FileName, TinyRun.Text.Replace("window: 1", "window: 2", StringComparison.Ordinal));
        var changed = Results.Stages((await Ifguide.RunAsync(place.Folder, "run", TinyRun.FileName, "--json", "--quiet")).Expect(0));
        Assert.All(changed.Where(stage => stage.Key != "prepare" && !FromSelectOn.Contains(stage.Key)), stage => Assert.Equal(stage.Value.Units, stage.Value.Reused));
        Assert.Equal(0, changed["select"].Reused);
        Assert.Equal(1, changed["train"].Reused); // the model without suppression is the same
        Assert.NotEqual(first["mask"], (await Results.DigestsAsync(place))["mask"]);
        Results.AssertNothingHalfWritten(place);
    }

    [Fact]
    public async Task Run_LookedAtFromEverySide()
    {
        using var place = TinyRun.Prepare();
        (await Ifguide.RunProcessAsync(place.Folder, "run", TinyRun.FileName, "--until", "report")).Expect(0);
        Assert.Contains("done", (await Ifguide.RunProcessAsync(place.Folder, "list")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("tiny: done", (await Ifguide.RunProcessAsync(place.Folder, "status", "tiny")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("suppressed; highest", (await Ifguide.RunProcessAsync(place.Folder, "inspect", "tiny", "--top", "2")).Expect(0).Output, StringComparison.Ordinal);
        (await Ifguide.RunProcessAsync(place.Folder, "report", "tiny", "--out", "report.html")).Expect(0);
        Assert.Contains("<h2>Before and after</h2>", await File.ReadAllTextAsync(place["report.html"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        (await Ifguide.RunProcessAsync(place.Folder, "export", "tiny", "factors", "--out", "factors")).Expect(0);
        Assert.Contains("counts.json", Directory.EnumerateFiles(place["factors"]).Select(Path.GetFileName));
        (await Ifguide.RunProcessAsync(place.Folder, "export", "tiny", "mask", "--out", "m.bin", "--format", "megatron")).Expect(0);
        (await Ifguide.RunProcessAsync(place.Folder, "export", "tiny", "mask", "--out", "m.npy")).Expect(0);
        using (var mask = NpyFile.Open(place["m.npy"]))
        {
            var flat = await File.ReadAllBytesAsync(place["m.bin"], TestContext.Current.CancellationToken);
            Assert.Equal(mask.RowSpan<bool>(0, mask.Rows).ToArray().Select(selected => (byte)(selected ? 0 : 1)), flat);
        }

        Assert.Contains("no document 'nobody'", (await Ifguide.RunProcessAsync(place.Folder, "inspect", "tiny", "--document", "nobody")).Expect(2).Complaint, StringComparison.Ordinal);
        Assert.Contains("no run 'other'", (await Ifguide.RunProcessAsync(place.Folder, "status", "other")).Expect(2).Complaint, StringComparison.Ordinal);
        Assert.Contains("did you mean 'mask'", (await Ifguide.RunProcessAsync(place.Folder, "export", "tiny", "msak", "--out", "x")).Expect(2).Complaint, StringComparison.Ordinal);
        Assert.Contains("deleted", (await Ifguide.RunProcessAsync(place.Folder, "delete", "tiny")).Expect(0).Output, StringComparison.Ordinal);
        (await Ifguide.RunProcessAsync(place.Folder, "status", "tiny")).Expect(2);
    }

    [Fact]
    public async Task Looking_WhereThereIsNoStore_CreatesNone()
    {
        using var place = new Workplace();
        Assert.Contains("There is no store", (await Ifguide.RunProcessAsync(place.Folder, "list")).Expect(2).Complaint, StringComparison.Ordinal);
        Assert.Empty(place.Files());
    }
}
