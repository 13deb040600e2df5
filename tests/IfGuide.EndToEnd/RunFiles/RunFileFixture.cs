using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Client.RunFiles;

namespace IfGuide.EndToEnd.RunFiles;

/// <summary>Writes run files to a folder of its own.</summary>
public abstract class RunFileFixture : IDisposable
{
    /// <summary>The shortest run file there is.</summary>
    protected const string Shortest = """
        proxy: { path: ./pythia }
        corpus: { path: ./corpus.jsonl }
        queries: { toxic: ./toxic.jsonl, nontoxic: ./nontoxic.jsonl }
        """;

    protected string Folder { get; } = Directory.CreateTempSubdirectory("ifguide-runfile-").FullName;

    protected string At(string name) => Path.Combine(Folder, name);

    protected string Write(string text, string name = "some-run.yaml")
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }

    internal RunSpec Read(string text, string name = "some-run.yaml") => RunFile.Read(Write(text, name));

    /// <summary>The message that a wrong run file gives, without the file's path.</summary>
    protected string Refusal(string text, string name = "some-run.yaml")
    {
        var path = Write(text, name);
        var message = Assert.Throws<UserErrorException>(() => RunFile.Read(path)).Message;
        Assert.StartsWith(path + ":", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message[(path.Length + 1)..];
    }

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
