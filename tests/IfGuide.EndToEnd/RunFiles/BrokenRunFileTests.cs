using System.CommandLine;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules;
using IfGuide.Cli.Commands;
using IfGuide.Tests.Shared.Rules;

namespace IfGuide.EndToEnd.RunFiles;

/// <summary>Every key of the table, broken in every way that its kind allows, given to the command line: it says what the object's own check says, and opens no store.</summary>
public sealed class BrokenRunFileTests : RunFileFixture
{
    private static readonly InvocationConfiguration Unguarded = new() { EnableDefaultExceptionHandler = false };

    [Theory]
    [InlineData("validate")]
    [InlineData("run")]
    public async Task BrokenRun_IsRefused_WithTheSentenceOfTheObject(string command)
    {
        foreach (var broken in BrokenRuns.All.Where(run => run.HasText))
        {
            var path = Write(RunText.Write(broken.Specification));
            var expected = Assert.Throws<UserErrorException>(() => broken.Specification.Validate()).Message;
            var parsed = CommandLine.Parse([command, path, "--store", "file:" + At("store")]);
            var refused = await Assert.ThrowsAsync<UserErrorException>(() => parsed.InvokeAsync(Unguarded, TestContext.Current.CancellationToken));
            Assert.Equal(expected, refused.Message.Replace(path + ": ", string.Empty, StringComparison.Ordinal).Replace(path + ":1: ", string.Empty, StringComparison.Ordinal));
        }

        Assert.False(Directory.Exists(At("store")));
    }
}
