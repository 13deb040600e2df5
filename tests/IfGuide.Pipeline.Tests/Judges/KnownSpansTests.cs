using IfGuide.Abstractions;
using IfGuide.Pipeline.Judges;
using IfGuide.Tests.Shared;

namespace IfGuide.Pipeline.Tests.Judges;

public sealed class KnownSpansTests
{
    [Theory]
    [InlineData("{\"id\": null, \"spans\": [{\"start\": 1, \"end\": 2}]}")]
    [InlineData("{\"id\": \"a\", \"spans\": [{\"start\": 1}]}")]
    [InlineData("[]")]
    public void WrongLine_IsNamed(string line)
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("line 2: expected", Assert.Throws<UserErrorException>(() => KnownSpans.Read(folder.Lines("l.jsonl", "", line))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DamagedFile_IsReadOrRefused()
    {
        using var target = new FuzzTarget("labels");
        target.Run("l.jsonl", ["{\"id\": \"a\", \"spans\": [{\"start\": 1, \"end\": 20}]}\n\n{\"id\": \"b\", \"spans\": []}\n"u8.ToArray()], path => KnownSpans.Read(path));
    }
}
