using IfGuide.Tests.Shared;

namespace IfGuide.Deploy.Tests;

/// <summary>deploy/docker/Dockerfile, as far as reading it goes; <see cref="PublishedImageTests"/> does what it does.</summary>
public sealed class DockerfileTests
{
    public static TheoryData<string> Images => ["cpu", "cuda"];

    [Theory, MemberData(nameof(Images))]
    public void Image_RunsASilo_AsNobodyInParticular_AndSaysHowItIs(string image)
    {
        var instructions = Dockerfile.Of(image).ToList();
        Assert.Equal("10001:10001", instructions.Single(instruction => instruction.Keyword == "USER").Arguments);
        Assert.Equal("[\"/app/ifguide\"]", instructions.Single(instruction => instruction.Keyword == "ENTRYPOINT").Arguments);
        Assert.Contains("/usr/local/bin/ifguide-health", instructions.Single(instruction => instruction.Keyword == "HEALTHCHECK").Arguments, StringComparison.Ordinal);
        Assert.Equal("SIGTERM", instructions.Single(instruction => instruction.Keyword == "STOPSIGNAL").Arguments);
        Assert.Equal("11111 30000 8081", instructions.Single(instruction => instruction.Keyword == "EXPOSE").Arguments);
        var publish = $"publish-{image}";
        Assert.Equal($"--from={publish} /app /app", instructions[^1].Arguments);
        Assert.Contains($"-p:TorchFlavour={image}", Dockerfile.Of(publish).Last().Arguments, StringComparison.Ordinal);
    }

    [Fact]
    public void BaseImages_ComeFromArguments_OrHaveAVersion()
    {
        var stages = Dockerfile.Instructions.Select(instruction => instruction.Stage).OfType<string>().ToHashSet();
        foreach (var from in Dockerfile.Instructions.Where(instruction => instruction.Keyword == "FROM"))
        {
            var image = from.Arguments.Split(' ')[0];
            Assert.True(stages.Contains(image) || (image.StartsWith("${", StringComparison.Ordinal) && Declared(image.Trim('$', '{', '}'))), image);
        }
    }

    [Fact]
    public void CopiedFiles_AreThere_AndReachTheBuild()
    {
        var reaching = Yaml.Text("docker/Dockerfile.dockerignore").Split('\n').Where(line => line.StartsWith('!')).Select(line => line[1..]).ToHashSet();
        var sources = Dockerfile.Instructions.Where(instruction => instruction.Keyword == "COPY" && !instruction.Arguments.StartsWith("--from", StringComparison.Ordinal))
            .SelectMany(instruction => instruction.Arguments.Split(' ').Where(part => !part.StartsWith("--", StringComparison.Ordinal)).SkipLast(1)).ToList();
        Assert.All(sources, source => Assert.True(Path.Exists(Path.Combine(Checkout.Root, source)), source));
        Assert.Equal(reaching.Order(), sources.Order());
    }

    [Fact]
    public void EveryTargetThatComposeBuilds_IsAStage()
    {
        var stages = Dockerfile.Instructions.Select(instruction => instruction.Stage).OfType<string>().ToHashSet();
        var services = Yaml.Read("compose/compose.yaml").Map("services");
        var builds = services.Values.Cast<Dictionary<object, object>>().Where(service => service.ContainsKey("build")).Select(service => service.Map("build")).ToList();
        Assert.NotEmpty(builds);
        Assert.All(builds, build => Assert.Contains((string)build["target"], stages));
        Assert.All(builds.SelectMany(build => build.Map("args").Keys), argument => Assert.True(Declared((string)argument)));
    }

    private static bool Declared(string argument) => Dockerfile.Instructions.Any(instruction => instruction is { Keyword: "ARG", Stage: null } && instruction.Arguments.Split('=')[0] == argument);
}
