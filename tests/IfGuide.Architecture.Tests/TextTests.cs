using System.Text.RegularExpressions;

namespace IfGuide.Architecture.Tests;

/// <summary>The text of the checkout: nothing of one person's machine, nothing unfinished.</summary>
public sealed partial class TextTests
{
    /// <summary>Hosts that text may point readers to. Nothing is ever downloaded from them.</summary>
    private static readonly string[] KnownHosts =
    [
        "aka.ms", "aclanthology.org", "arxiv.org", "creativecommons.org", "doi.org", "github.com", "huggingface.co", "json-schema.org",
        "learn.microsoft.com", "numpy.org", "openreview.net", "semver.org", "www.apache.org", "www.gnu.org", "www.gutenberg.org", "www.w3.org", "yaml.org", "ifguide.dev",
    ];

    private static readonly string[] SourceFolders = ["src/", "deploy/ifguide", "deploy/test", ".ci/"];

    [Fact]
    public void Files_NameNoPathOfOneMachine() => Assert.Empty(Matches(Authored, MachinePath()));

    [Fact]
    public void Files_PointOnlyToKnownHosts()
    {
        var unknown = from file in Authored
                      from Match match in Address().Matches(Repository.Read(file))
                      let host = match.Groups["host"].Value
                      where !KnownHosts.Contains(host) && host != "127.0.0.1" && !host.EndsWith(".invalid", StringComparison.Ordinal) && host.Contains('.', StringComparison.Ordinal) // a name without dots is a neighbour's, on this machine or in a compose file
                      select $"{file}: {match.Value}";
        Assert.Empty(unknown);
    }

    [Fact]
    public void Source_HoldsNothingUnfinished() =>
        Assert.Empty(Matches(Repository.TextFiles.Where(file => SourceFolders.Any(folder => file.StartsWith(folder, StringComparison.Ordinal))), Unfinished()));

    [Fact]
    public void Text_EndsWithALineEnd()
    {
        var ragged = from file in Authored
                     let text = Repository.Read(file)
                     where text.Length > 0 && !text.EndsWith('\n')
                     select file;
        Assert.Empty(ragged);
    }

    /// <summary>Text that people wrote; data (corpora, goldens) comes as it is.</summary>
    private static IEnumerable<string> Authored => Repository.TextFiles.Where(file =>
        !file.Contains("/Goldens/", StringComparison.Ordinal) && !(file.StartsWith("deploy/", StringComparison.Ordinal) && file.Contains("/data/", StringComparison.Ordinal)));

    private static IEnumerable<string> Matches(IEnumerable<string> files, Regex pattern) =>
        from file in files
        from Match match in pattern.Matches(Repository.Read(file))
        select $"{file}: {match.Value}";

    [GeneratedRegex(@"(?<![\w.~}])/(work|home|root|Users)/")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"https?://(?<host>[A-Za-z0-9.-]+)")]
    private static partial Regex Address();

    [GeneratedRegex(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|XXX)\b|NotImplementedException")]
    private static partial Regex Unfinished();
}
