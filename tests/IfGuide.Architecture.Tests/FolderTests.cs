using IfGuide.Measures.Sources;

namespace IfGuide.Architecture.Tests;

/// <summary>Folders stay small enough to be looked over, and tests lie where their subjects lie.</summary>
public sealed class FolderTests
{
    /// <summary>Folders of tests without a subject of the same name, and what they hold.</summary>
    private static readonly Dictionary<string, string> WithoutSubject = new()
    {
        ["IfGuide.Grains.Tests/Connections"] = "connections of the client and the silo together",
        ["IfGuide.Grains.Tests/Contracts"] = "what goes over the wire",
        ["IfGuide.Grains.Tests/Embedding"] = "the embedded host in programs of others",
        ["IfGuide.Grains.Tests/Runs"] = "whole runs on silos of one process",
        ["IfGuide.Grains.Tests/Specifications"] = "the rules of a run at every door",
        ["IfGuide.Grains.Tests/Toy"] = "fixture: a method that computes nothing",
        ["IfGuide.Numerics.Tests/Curvature/Reference"] = "fixture: the definitions, written out slowly",
        ["IfGuide.Numerics.Tests/Goldens"] = "fixture: numbers of other implementations",
        ["IfGuide.Storage.Tests/Fuzzing"] = "all formats under mutation",
        ["IfGuide.Storage.Tests/Support"] = "fixture: files to read",
    };

    /// <summary>Folders that hold more files than they may, with today's number. They shall go.</summary>
    private static readonly Dictionary<string, int> TooFull = new()
    {
    };

    [Fact]
    public void Folders_HoldAtMost20Files()
    {
        var folders = Repository.Sources.GroupBy(file => $"{file.Area}/{file.Project}/{file.Folder}");
        var tooFull = folders.Where(folder => folder.Count() > TooFull.GetValueOrDefault(folder.Key, Limits.FilesInFolder));
        Assert.Empty(tooFull.Select(folder => $"{folder.Key}: {folder.Count()} files"));
    }

    [Fact]
    public void TestFolders_MirrorTheRooms()
    {
        var sources = Repository.Sources.Where(file => file.Area == "src").ToList();
        var subjects = sources.Select(file => $"{file.Project}.Tests/{file.Folder}").ToHashSet();
        var mirrored = sources.Select(file => $"{file.Project}.Tests").ToHashSet();
        var tests = Repository.Sources.Where(file => file.Area == "tests" && mirrored.Contains(file.Project) && file.Folder != ".");
        var folders = tests.Select(file => $"{file.Project}/{file.Folder}").Distinct();
        var strays = folders.Where(folder => !subjects.Contains(folder));
        Assert.Equal(WithoutSubject.Keys.Order(StringComparer.Ordinal), strays.Order(StringComparer.Ordinal));
    }
}
