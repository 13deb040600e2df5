using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Security;

/// <summary>Ids and names that users type lead nowhere but into their place: exit code 2, one line, nothing created.</summary>
public sealed class PathTests : IDisposable
{
    private readonly Workplace place = new();

    public static TheoryData<string> Ids =>
    [
        "../x", "../../etc/passwd", "/etc/passwd", "%2e%2e", "%2e%2e%2fx", @"..\x", "x/../../y", ".", "..", "", " ", "X", "ünï", "．．", "ｘ", "x\u202Ey", "e\u0301", "x\ny", "x\u200B", new string('x', 64), new string('x', 10_000),
    ];

    [Theory, MemberData(nameof(Ids))]
    public async Task RunId_ThatIsNone_IsRefused(string id)
    {
        Directory.CreateDirectory(place["a/b/.ifguide/artifacts"]);
        await Ifguide.RunProcessAsync(place["a/b"], "list"); // makes the store's folders
        var before = Entries();
        var commands = new[] { ["status", id], ["delete", id], new[] { "export", id, "mask", "--out", place["out.npy"] } };
        foreach (var arguments in id.Length is 0 or > 64 ? commands[..1] : [commands[id.Length % commands.Length]])
        {
            var said = (await Ifguide.RunProcessAsync(place["a/b"], arguments)).Expect(2);
            Assert.True(said.Complaint.Length < 600, "A long id is not repeated at length.");
            Assert.Equal(before, Entries());
        }
    }

    [Theory]
    [InlineData("azure:../x")]
    [InlineData("azure:container/../../x")]
    [InlineData("azure:container/%2e%2e/x")]
    [InlineData("azure:Container")]
    [InlineData("azure:")]
    [InlineData("azure:a/b\\..\\c")]
    [InlineData("azure:．．/x")]
    [InlineData("s3://bucket/x")]
    [InlineData("")]
    [InlineData("file:")]
    public async Task Store_ThatIsNone_IsRefused(string store)
    {
        var before = Entries();
        (await Ifguide.RunProcessAsync(place.Folder, "list", "--store", store)).Expect(2);
        Assert.Equal(before, Entries());
    }

    [Theory]
    [InlineData("run: ../x")]
    [InlineData("run: /etc/x")]
    [InlineData("run: \"%2e%2e\"")]
    [InlineData("run: \"x\\0y\"")]
    [InlineData("run: \"．．\"")]
    [InlineData("run: \"\"")]
    public async Task RunFile_WithAnIdThatIsNone_IsRefused(string line)
    {
        using var tiny = TinyRun.Prepare(text => text.Replace("run: tiny", line, StringComparison.Ordinal));
        var before = tiny.Files();
        (await Ifguide.RunProcessAsync(tiny.Folder, "run", TinyRun.FileName)).Expect(2);
        Assert.Equal(before, tiny.Files());
    }

    public void Dispose() => place.Dispose();

    private string[] Entries() => [.. Directory.EnumerateFileSystemEntries(place.Folder, "*", SearchOption.AllDirectories).Where(path => !path.Contains("/.locks/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
