using System.Text.RegularExpressions;

namespace IfGuide.Deploy.Tests;

/// <summary>One instruction of a Dockerfile.</summary>
internal sealed record Instruction(string Keyword, string Arguments, string? Stage);

/// <summary>deploy/docker/Dockerfile as its instructions.</summary>
internal static partial class Dockerfile
{
    private static readonly string[] Keywords = ["ARG", "FROM", "WORKDIR", "ENV", "COPY", "RUN", "USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD", "VOLUME"];

    public static IReadOnlyList<Instruction> Instructions { get; } = [.. Read(Yaml.Text("docker/Dockerfile"))];

    /// <summary>The instructions that make a stage, those of the stages that it begins from first.</summary>
    public static IEnumerable<Instruction> Of(string stage)
    {
        var own = Instructions.Where(instruction => instruction.Stage == stage).ToList();
        var parent = own[0].Arguments.Split(' ')[0];
        return (Instructions.Any(instruction => instruction.Stage == parent) ? Of(parent) : []).Concat(own);
    }

    private static IEnumerable<Instruction> Read(string text)
    {
        string? stage = null;
        foreach (var line in Continuation().Replace(text, " ").Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var keyword = line.Split(' ')[0];
            Assert.Contains(keyword, Keywords);
            if (keyword == "FROM")
            {
                stage = line.Split(" AS ")[1];
            }

            yield return new Instruction(keyword, line[(keyword.Length + 1)..], stage);
        }
    }

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continuation();
}
