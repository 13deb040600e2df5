using System.Diagnostics;
using System.Text.Json;
using NJsonSchema;

namespace IfGuide.Deploy.Tests;

/// <summary>deploy/compose/compose.yaml.</summary>
public sealed class ComposeTests
{
    private static readonly Dictionary<object, object> Compose = Yaml.Read("compose/compose.yaml");
    private static readonly string[] Silos = ["control-1", "compute-1", "compute-2", "compute-cuda"];

    public static TheoryData<string> SiloNames => [.. Silos];

    [Fact]
    public async Task File_FollowsTheComposeSpecification()
    {
        var schema = await JsonSchema.FromFileAsync(Path.Combine(AppContext.BaseDirectory, "Schemas", "compose-spec.json"));
        Assert.Empty(schema.Validate(Json(Compose)));
        var wrong = Json(Compose).Replace("\"stop_grace_period\"", "\"stop_grace\"", StringComparison.Ordinal);
        Assert.NotEmpty(schema.Validate(wrong)); // the schema does look
    }

    [Theory, MemberData(nameof(SiloNames))]
    public void Silo_IsToldWhatItUnderstands_AndCanLeaveInTime(string name)
    {
        var silo = Service(name);
        var command = silo.List("command");
        SiloArguments.AssertUnderstood(command);
        Assert.All(silo.Map("environment").Keys, variable => SiloArguments.AssertRead((string)variable));
        Assert.True(int.Parse(((string)silo["stop_grace_period"]).TrimEnd('s'), null) > SiloArguments.LongestStop);
        Assert.Equal(silo.Map("networks").Map("cluster")["ipv4_address"], After(command, "--listen"));
        Assert.Equal(name, After(command, "--name"));
        Assert.DoesNotContain("--insecure", command);
        Assert.True((bool)silo["read_only"]);
    }

    [Fact]
    public void Silos_AreOneControlAndTwoCompute_AndOnAProfileOneWithAGpu()
    {
        Assert.Equal(["compute", "compute", "compute", "control"], Silos.Select(name => After(Service(name).List("command"), "--role")).Order());
        Assert.All(Silos[..3], name => Assert.False(Service(name).ContainsKey("profiles")));
        var gpu = Service("compute-cuda");
        Assert.Equal(["cuda"], gpu.List("profiles"));
        Assert.Equal("cuda:0", After(gpu.List("command"), "--device"));
        Assert.Contains("capabilities\":[\"gpu\"]", Json(gpu), StringComparison.Ordinal);
    }

    [Fact]
    public void Redis_KeepsMembershipInItsAppendOnlyFile_AndAsksForAPassword()
    {
        var command = string.Join(' ', Service("redis").List("command"));
        Assert.Contains("--appendonly yes", command, StringComparison.Ordinal);
        Assert.Contains("--maxmemory-policy noeviction", command, StringComparison.Ordinal);
        Assert.Contains("requirepass", command, StringComparison.Ordinal);
        Assert.Contains("redis:/data", Service("redis").List("volumes"));
    }

    [Fact]
    public void Services_WaitForOnesThatSayWhenTheyAreReady()
    {
        foreach (var name in Silos.Append("client"))
        {
            foreach (var (needed, condition) in Service(name).Map("depends_on"))
            {
                var isHealthChecked = Service((string)needed).ContainsKey("healthcheck");
                Assert.Equal(isHealthChecked ? "service_healthy" : "service_completed_successfully", ((Dictionary<object, object>)condition)["condition"]);
            }
        }
    }

    [Fact]
    public void Secrets_AreThoseThatPrepareMakes_AndEveryPathNamesOne()
    {
        var folder = Directory.CreateTempSubdirectory("ifguide-compose-");
        try
        {
            using var prepare = Process.Start(new ProcessStartInfo(Yaml.PathOf("compose/prepare"), [folder.FullName]) { RedirectStandardOutput = true })!;
            prepare.StandardOutput.ReadToEnd();
            prepare.WaitForExit();
            Assert.Equal(0, prepare.ExitCode);
            foreach (var (_, secret) in Compose.Map("secrets"))
            {
                var file = Path.GetFileName((string)((Dictionary<object, object>)secret)["file"]);
                Assert.True(new FileInfo(Path.Combine(folder.FullName, file)).Length > 0, file);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        foreach (var name in Silos.Append("client"))
        {
            var secrets = Service(name).List("secrets");
            Assert.All(secrets, secret => Assert.True(Compose.Map("secrets").ContainsKey(secret), secret));
            Assert.All(Service(name).Map("environment").Values, path => Assert.Contains(Path.GetFileName((string)path), secrets));
        }
    }

    private static Dictionary<object, object> Service(string name) => Compose.Map("services").Map(name);

    private static string After(string[] command, string option) => command[Array.IndexOf(command, option) + 1];

    private static string Json(object value) => JsonSerializer.Serialize(Plain(value));

    private static object? Plain(object? value) => value switch
    {
        Dictionary<object, object> map => map.ToDictionary(pair => pair.Key.ToString()!, pair => Plain(pair.Value)),
        List<object> list => list.Select(Plain).ToArray(),
        _ => value,
    };
}
